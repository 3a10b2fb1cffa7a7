"""The home of a cluster: what its head and its notice say, its parts, its keys, and how it looks."""

import asyncio
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from kubetui.cluster.folder import Cluster as Folder
from kubetui.cluster.tables import Table, aligned_table
from kubetui.engine.events import Event
from kubetui.operations.state import ClusterState, Facts, State, heard, state_of
from kubetui.profile.schema.profile import Profile
from kubetui.record.overview import recorded
from screens.cluster.screen import ClusterScreen
from screens.cluster.standing import notice as said
from screens.cluster.watch import Seen, Watch
from screens.widgets.choose import Choose
from screens.widgets.dialogs import Confirm
from screens.widgets.keys import keys_of
from screens.widgets.navigation import StartRun
from tests.screens.apps import LARGER, SIZE, OneScreen, shown, until
from tests.screens.cluster.home import NODES, READY, Cluster, filled, footer, head, leave, table
from tests.screens.recorded import BEGAN, everything, failing, profile

LARGEST = (200, 50)
Snap = Callable[..., bool]
EMPTY = READY.splitlines()[0] + "\n"


def notice(pilot: Pilot[Any]) -> str:
    place = pilot.app.screen.query_one("#notice")
    return shown(pilot, "#notice") if place.display else ""


@pytest.mark.parametrize("size", [SIZE, LARGER, LARGEST], ids=lambda size: f"{size[0]}x{size[1]}")
def test_nodes(snap_compare: Snap, size: tuple[int, int]) -> None:
    leave()

    async def before(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: table(pilot, "#containers").chosen != "")

    assert snap_compare(Cluster(NODES).app(), terminal_size=size, run_before=before)


@pytest.mark.parametrize("part", ["Pods", "Run", "Timings", "Learn"])
def test_part(snap_compare: Snap, part: str) -> None:
    leave()

    async def before(pilot: Pilot[None]) -> None:
        await until(pilot, filled(pilot))
        await pilot.press(str(("Nodes", "Pods", "Run", "Timings", "Learn").index(part) + 1))
        await pilot.app.workers.wait_for_complete()
        await pilot.pause(0.3)

    assert snap_compare(Cluster().app(), terminal_size=LARGER, run_before=before)


def test_failed(snap_compare: Snap) -> None:
    leave(failing(profile(), "kubernetes", "kubnode2"))
    cluster = Cluster()
    cluster.broken = True

    async def before(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "failed" in notice(pilot))

    assert snap_compare(cluster.app(), terminal_size=LARGER, run_before=before)


async def test_a_ready_cluster_says_so_and_has_no_notice() -> None:
    leave()
    async with Cluster().app().run_test(size=LARGER) as pilot:
        await until(pilot, lambda: "ready" in head(pilot))
        assert head(pilot).startswith("● lab  ready  3 of 3 nodes Ready · Kubernetes ")
        assert notice(pilot) == ""
        assert "Resume" not in footer(pilot)


async def test_a_run_that_has_just_ended_well_is_told_with_its_time_and_what_is_true_of_the_nodes() -> None:
    leave()
    app = OneScreen(lambda: ClusterScreen("lab", built=True, opens=Cluster().open, judges=Cluster().judge))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "Ready" in notice(pilot))
        first, then = notice(pilot).splitlines()
        assert re.fullmatch(r"● Ready after \d+:\d\d: 3 nodes, each at its planned address\.", first)
        assert then == "  5 Learn: what to try next on it. 3 Run: each step, and why."
        await pilot.press("3")
        await until(pilot, lambda: notice(pilot) == "")


def home(nodes: str, chosen: Profile) -> tuple[ClusterState, Seen]:
    """Return what a cluster is that answers with these nodes."""
    made, found = leave(chosen=chosen), aligned_table(nodes, BEGAN)
    return heard(made, found), Seen(nodes=found)


def test_nothing_is_said_of_addresses_that_are_not_as_planned() -> None:
    state, seen = home(READY.replace("192.168.56.103", "10.0.2.15     "), profile())
    assert "3 nodes." in said(state, seen, BEGAN, just_built=True).plain
    state, seen = home(READY.replace("kubnode2 ", "stranger "), profile())
    assert "planned address" not in said(state, seen, BEGAN, just_built=True).plain


def test_a_rehearsal_that_has_just_ended_names_a_real_cluster() -> None:
    state, seen = home(READY, Profile(name="lab", provider="rehearsal"))
    assert "5 Learn: what to try next on a real cluster." in said(state, seen, BEGAN, just_built=True).plain


def test_a_run_that_ended_well_promises_nothing_of_nodes_that_are_not_ready_or_not_heard() -> None:
    state, seen = home(NODES, profile())
    assert said(state, seen, BEGAN, just_built=True).plain.startswith("▲ degraded: kubnode2 is not Ready")
    waits = said(state_of(Facts(recorded(Folder("lab")))), Seen(), BEGAN, just_built=True).plain
    assert re.fullmatch(r"◐ The run ended well after \d+:\d\d\. Its nodes are asked now\.", waits)


async def test_no_nodes_are_never_ready() -> None:
    leave()
    async with Cluster(EMPTY).app().run_test(size=LARGER) as pilot:
        await until(pilot, lambda: "degraded" in head(pilot))
        assert "ready" not in head(pilot)
        assert "it has no nodes" in notice(pilot)


def cut(chosen: Profile) -> list[Event]:
    """A run that was killed before its end."""
    return everything(chosen)[:60]


@pytest.mark.parametrize(
    ("events", "nodes", "state", "said"),
    [
        (failing(profile(), "kubernetes", "kubnode2"), EMPTY, "failed", "kubnode2: "),
        (failing(profile(), "kubernetes", "kubnode2"), READY, "failed", "kubnode2: "),
        (cut(profile()), EMPTY, "stopped", "completed steps are kept"),
        (None, NODES, "degraded", "kubnode2 is not Ready"),
    ],
    ids=["failed", "failed-but-ready", "stopped", "degraded"],
)
async def test_a_cluster_that_is_not_ready_says_why_and_offers_to_go_on(
    events: list[Event] | None, nodes: str, state: str, said: str
) -> None:
    leave(events)
    asked: list[StartRun] = []
    app = Cluster(nodes).app()

    async with app.run_test(size=LARGER, message_hook=lambda message: _note(message, asked)) as pilot:
        await until(pilot, filled(pilot) if nodes != EMPTY else lambda: state in head(pilot))
        assert state in head(pilot)
        assert " ready " not in head(pilot)
        assert said in notice(pilot)
        assert "Resume" in footer(pilot)
        await pilot.press("r")
        await until(pilot, lambda: asked)
        assert asked[0].plan.profile.name == "lab"


def _note(message: object, asked: list[StartRun]) -> None:
    if isinstance(message, StartRun):
        asked.append(message)
        message.stop()
        message.prevent_default()


@pytest.mark.parametrize("ours", [True, False])
async def test_a_cluster_that_is_being_built_leads_to_its_run_if_it_is_ours(
    *, ours: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(cut(profile()))
    with Folder("lab").lock():
        if not ours:
            monkeypatch.setattr("screens.cluster.standing.os.getpid", lambda: 0)
        async with Cluster(EMPTY).app().run_test(size=LARGER) as pilot:
            await until(pilot, lambda: "building" in head(pilot))
            assert ("r shows the run." in notice(pilot)) is ours
            assert ("Run" in footer(pilot)) is ours
            assert "Resume" not in footer(pilot)
            assert ("Another kubetui builds it" in notice(pilot)) is not ours


async def test_the_tables_stay_while_the_cluster_does_not_respond() -> None:
    leave()
    cluster = Cluster()
    async with cluster.app().run_test(size=LARGER) as pilot:
        await until(pilot, filled(pilot))
        cluster.broken = True
        await until(pilot, lambda: "unreachable" in head(pilot))
        assert "It last answered at 22:13:20, 5:31 ago" in notice(pilot)
        assert table(pilot, "#nodes").chosen == "kubmaster"
        cluster.broken = False
        await until(pilot, lambda: notice(pilot) == "")


async def test_the_chosen_node_stays_chosen_while_rows_change() -> None:
    leave()
    cluster = Cluster()
    async with cluster.app().run_test() as pilot:
        await until(pilot, filled(pilot))
        await pilot.press("j")
        first, *rows = cluster.nodes_text.splitlines()
        cluster.nodes_text = "\n".join([first, rows[0].replace("kubmaster", "another  "), *rows])
        await until(pilot, lambda: len(table(pilot, "#nodes").rows) == 4)
        assert table(pilot, "#nodes").chosen == "kubnode1"


async def test_a_status_has_a_sign_beside_its_word() -> None:
    leave()
    async with Cluster(NODES).app().run_test(size=LARGER) as pilot:
        await until(pilot, filled(pilot))
        nodes = table(pilot, "#nodes")
        lines = ["".join(segment.text for segment in nodes.render_line(y)) for y in (0, 1, 3)]
        assert [line.index("STATUS") == line.index(sign) for line, sign in zip(lines[:1], ["STATUS"], strict=True)]
        assert "● Ready " in lines[1]
        assert "✕ NotReady " in lines[2]


async def test_digits_and_arrows_open_the_parts() -> None:
    leave()
    async with Cluster().app().run_test(size=LARGEST) as pilot:
        await until(pilot, filled(pilot))
        opened = []
        for key in ("2", "5", "right", "1", "left", "3"):
            await pilot.press(key)
            await pilot.pause()
            screen = pilot.app.screen
            assert isinstance(screen, ClusterScreen)
            opened.append(screen.part.id)
            assert screen.focused is not None
            assert screen.part in screen.focused.ancestors
        assert opened == ["Pods", "Learn", "Nodes", "Nodes", "Learn", "Run"]


async def test_arrows_scroll_a_table_that_is_too_wide() -> None:
    leave()
    async with Cluster().app().run_test(size=SIZE) as pilot:
        await until(pilot, filled(pilot))
        nodes = table(pilot, "#nodes")
        before = "".join(segment.text for segment in nodes.render_line(0))
        await pilot.press("right")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, ClusterScreen)
        assert screen.part.id == "Nodes"
        assert "".join(segment.text for segment in nodes.render_line(0)) != before


async def test_the_help_says_what_the_arrows_do_here() -> None:
    leave()
    async with Cluster().app().run_test(size=SIZE) as pilot:
        await until(pilot, filled(pilot))
        screen = pilot.app.screen
        assert isinstance(screen, ClusterScreen)
        in_table = {name: tip or words for _, name, words, tip in keys_of(screen)}
        assert in_table["→"] == "Show the columns to the right."
        await pilot.press("5")
        await pilot.pause()
        in_list = {name: tip or words for _, name, words, tip in keys_of(screen)}
        assert in_list["→"] == "Next part"
        assert "where they do not scroll a table" in in_list["1-5"]


async def test_tab_reaches_the_names_of_the_parts_and_a_click_opens_one() -> None:
    leave()
    async with Cluster().app().run_test(size=LARGER) as pilot:
        await until(pilot, filled(pilot))
        await pilot.press("shift+tab", "right")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, ClusterScreen)
        assert screen.part.id == "Pods"
        await pilot.click("ClusterHead", offset=(115, 0))
        await pilot.pause()
        assert screen.part.id == "Learn"


async def test_the_export_line_is_copied() -> None:
    leave()
    async with Cluster().app().run_test() as pilot:
        await until(pilot, filled(pilot))
        await pilot.press("y")
        assert pilot.app.clipboard == "export KUBECONFIG=~/.local/state/kubetui/clusters/lab/kubeconfig"


async def test_a_rehearsal_shows_no_way_for_kubectl() -> None:
    leave(chosen=Profile(name="lab", provider="rehearsal"))
    async with Cluster().app().run_test() as pilot:
        await until(pilot, filled(pilot))
        assert "this is a rehearsal" in shown(pilot, "#kubeconfig")
        before = pilot.app.clipboard
        await pilot.press("y")
        assert pilot.app.clipboard == before


async def test_destroy_lists_what_goes_and_asks_for_the_name() -> None:
    leave()
    async with Cluster().app().run_test(size=LARGER) as pilot:
        await until(pilot, filled(pilot))
        await pilot.press("d")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        dialog = pilot.app.screen
        assert isinstance(dialog, Confirm)
        assert "3 machines  kubmaster, kubnode1, kubnode2" in dialog.words
        assert "~/.local/state/kubetui/clusters/lab" in dialog.words
        assert dialog.has_class("-danger")
        assert dialog.query_one(Input).placeholder == dialog.query_one(Input).value == ""
        assert "Type lab to confirm" in shown(pilot, ".danger")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ClusterScreen))


async def test_merging_asks_first_and_then_adds_the_context() -> None:
    made = leave()
    made.kubeconfig.write_text(
        "apiVersion: v1\nkind: Config\n"
        "clusters: [{name: kubernetes, cluster: {server: https://10.0.0.1:6443, certificate-authority-data: eA==}}]\n"
        "users: [{name: kubernetes-admin, user: {client-certificate-data: eA==, client-key-data: eA==}}]\n"
    )
    mine = made.folder.parents[4] / ".kube" / "config"
    async with Cluster().app().run_test(size=LARGER) as pilot:
        await until(pilot, filled(pilot))
        await pilot.press("m")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose))
        await pilot.press("escape")
        await pilot.pause()
        assert not mine.exists()
        await pilot.press("m")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose))
        await pilot.press("down", "enter")
        await until(pilot, mine.exists)
        assert "name: lab" in mine.read_text()


async def test_a_rehearsal_is_not_merged(told: list[str]) -> None:
    made = leave(chosen=Profile(name="lab", provider="rehearsal"))
    made.kubeconfig.write_text("x")
    async with Cluster().app().run_test(size=LARGER) as pilot:
        await until(pilot, filled(pilot))
        await pilot.press("m")
        await until(pilot, lambda: told)
        assert "is a rehearsal" in told[0]


def test_a_node_chosen_during_a_look_is_looked_at_next(monkeypatch: pytest.MonkeyPatch) -> None:
    leave()
    monkeypatch.setattr("screens.cluster.watch.PAUSE", 600)
    looks, goes_on = threading.Event(), threading.Event()

    class Slow(Cluster):
        async def containers(self, node: str) -> Table:
            found = await super().containers(node)
            looks.set()
            await asyncio.to_thread(goes_on.wait, 60)
            return found

    cluster = Slow()
    watch = Watch("lab", cluster.open)
    watch.start()
    assert looks.wait(60)
    watch.choose("kubnode1")
    goes_on.set()
    end = time.monotonic() + 60
    while "kubnode1" not in cluster.asked:
        assert time.monotonic() < end, "the watch waits for its next look"
        time.sleep(0.01)
    watch.close()


def test_what_stands_below_a_cluster_that_is_off_is_from_before() -> None:
    state = ClusterState("lab", State.OFF, detail="its machines are halted")
    assert said(state, Seen(), BEGAN).plain.endswith("\n  r starts them.")
    told = said(state, Seen(nodes=aligned_table(READY, BEGAN)), BEGAN + 90).plain
    assert "r starts them. It last answered at " in told
    assert told.endswith(", 1:30 ago; what stands below is from then.")


async def test_a_notice_goes_with_the_screen_that_it_was_about() -> None:
    leave()
    async with Cluster().app().run_test(size=SIZE) as pilot:
        await until(pilot, filled(pilot))
        pilot.app.notify("About this cluster.", timeout=600)
        await pilot.press("question_mark")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert len(pilot.app._notifications) == 1
        await pilot.press("escape")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        assert len(pilot.app._notifications) == 0
