"""The checks on a cluster's screen: the last ones, and new ones."""

import asyncio
from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from kubetui.base.check import Check
from kubetui.base.errors import BusyError
from kubetui.cluster.folder import Cluster as Folder
from kubetui.record import checks as record
from screens.cluster.checks import CheckLines, Runs, lines
from screens.cluster.screen import ClusterScreen
from tests.screens.apps import SIZE, OneScreen, until
from tests.screens.cluster.home import Cluster, filled, leave
from tests.screens.recorded import BEGAN

Snap = Callable[..., bool]
FINE = tuple(Check(name, "ok", "fine") for name in ("api", "nodes", "pods", "pod-to-pod", "dns", "service", "trouble"))
SILENT = Check(
    "nodeport", "failed", "kubnode1: 192.168.56.102:31234 does not answer", "Look for a packet filter.\nAnd more."
)


@pytest.fixture(autouse=True)
def state(at_home: object) -> Folder:
    return leave()


def app(runs: Runs) -> OneScreen:
    return OneScreen(lambda: ClusterScreen("lab", opens=Cluster().open, runs=runs, now=lambda: BEGAN + 47))


async def nothing(_cluster: Folder, _tell: Callable[[Check], None], _access: object) -> None:
    raise AssertionError("nobody asked for a check")


def shown(app: OneScreen) -> str:
    found = app.screen.query_one(CheckLines)
    return str(found.content) if found.display else ""


async def test_the_last_checks_are_listed_without_checking_again(state: Folder) -> None:
    record.keep(state, (*FINE, SILENT))
    chosen = app(nothing)
    async with chosen.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(chosen))
        assert "failed: nodeport: kubnode1: 192.168.56.102:31234 does not answer" in shown(chosen)
        assert "Look for a packet filter." in shown(chosen)
        assert "api, nodes, pods, pod-to-pod, dns, service, no trouble" in shown(chosen)


async def test_a_cluster_that_was_never_checked_shows_nothing() -> None:
    chosen = app(nothing)
    async with chosen.run_test(size=SIZE) as pilot:
        await pilot.pause(0.5)
        assert shown(chosen) == ""


async def test_a_key_checks_again_and_shows_each_result(state: Folder) -> None:
    goes_on = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def runs(cluster: Folder, tell: Callable[[Check], None], _access: object) -> None:
        tell(FINE[0])
        tell(FINE[1])
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(goes_on.wait(), loop))
        record.keep(cluster, FINE)

    chosen = app(runs)
    async with chosen.run_test(size=SIZE) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: "checking: api, nodes ..." in shown(chosen))
        goes_on.set()
        await until(pilot, lambda: "ok at" in shown(chosen))


async def test_a_check_that_cannot_be_made_says_why() -> None:
    async def runs(_cluster: Folder, _tell: Callable[[Check], None], _access: object) -> None:
        raise BusyError("Another kubetui is working on lab.")

    chosen = app(runs)
    async with chosen.run_test(size=SIZE) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: "Another kubetui is working on lab." in shown(chosen))


async def test_leaving_the_screen_stops_the_check() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def runs(_cluster: Folder, tell: Callable[[Check], None], _access: object) -> None:
        tell(FINE[0])
        try:
            await asyncio.Event().wait()
        finally:
            loop.call_soon_threadsafe(stopped.set)

    chosen = app(runs)
    async with chosen.run_test(size=SIZE) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: "checking: api" in shown(chosen))
        chosen.pop_screen()
        await asyncio.wait_for(stopped.wait(), 30)


def test_the_worst_comes_first_and_the_rest_is_left_to_the_command() -> None:
    others = [Check(f"c{number}", "warning", "odd") for number in range(4)]
    text = lines((*others, Check("x", "not checked", "why"), SILENT), BEGAN).plain.splitlines()
    assert "failed: nodeport" in text[0]
    assert text[1] == "  Look for a packet filter."
    assert len(text) == 4


def test_what_was_not_checked_comes_after_what_was() -> None:
    odd = Check("dns", "warning", "slow")
    text = lines((Check("nodeport", "not checked", "no ports"), odd, *FINE[:4]), BEGAN).plain.splitlines()
    assert [line.split()[1].rstrip(":") for line in text] == ["warning", "ok", "not"]


def test_checked(snap_compare: Snap, state: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("time.time", lambda: BEGAN)
        record.keep(state, (*FINE, SILENT))
    chosen = app(nothing)

    async def before(pilot: Pilot[None]) -> None:
        await until(pilot, filled(pilot))
        await until(pilot, lambda: shown(chosen))

    assert snap_compare(chosen, terminal_size=SIZE, run_before=before)
