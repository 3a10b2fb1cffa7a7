"""A changed profile under the wizard: the machines that would go are named, and go after a yes alone."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from kubetui.base.errors import ProfileError
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import RunFinished, Sink
from kubetui.engine.stop import Stop
from kubetui.operations import changes
from kubetui.operations.changes import Revision
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.roster import shrunk
from kubetui.profile.schema.profile import Profile
from screens.asking.changed import Comparing, Remake, allow_changes
from screens.asking.waiting import Refused
from screens.widgets.chrome import PlainScreen
from screens.widgets.navigation import StartRun
from tests.screens.apps import OneScreen, until

BUILT = Profile.model_validate({"provider": "rehearsal", "machines": {"workers": 1}})
WANTED = Profile.model_validate({"provider": "rehearsal", "machines": {"box": "other/box", "workers": 0}})
GONE = ("kubmaster", "kubnode1")


@pytest.fixture(autouse=True)
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """Leave a cluster on which nothing is installed."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    cluster = Cluster("lab")
    cluster.create()
    cluster.profile.write_text(profilefile.dump(BUILT))
    cluster.journal.write_text('{"n": 1, "at": 1.0, "event": "begin", "task": "kubmaster/facts"}\n')
    machines = cluster.folder / "rehearsal" / "machines"
    machines.mkdir(parents=True)
    for name in GONE:
        (machines / f"{name}.json").write_text("{}")
    return cluster


def is_shown(pilot: Pilot[Any], kind: type) -> bool:
    return isinstance(pilot.app.screen, kind)


async def test_the_machines_are_named_and_only_y_is_a_yes() -> None:
    found: list[Revision | None] = []
    async with OneScreen(PlainScreen).run_test(size=(80, 24)) as pilot:
        allow_changes(pilot.app.app, Plan(WANTED), found.append)
        await until(pilot, lambda: is_shown(pilot, Remake))
        words = "\n".join(str(each.render()) for each in pilot.app.screen.query("Static"))
        assert "machines.box was not set and is other/box" in words
        assert "kubmaster  is destroyed and made anew" in words
        assert "kubnode1   is destroyed; the new profile does not have it" in words
        await pilot.press("enter")
        assert is_shown(pilot, Remake)
        await pilot.press("escape")
        await until(pilot, lambda: is_shown(pilot, PlainScreen))
        assert not found
        allow_changes(pilot.app.app, Plan(WANTED), found.append)
        await until(pilot, lambda: is_shown(pilot, Remake))
        await pilot.press("y")
        await until(pilot, lambda: found)
    assert found[0] is not None
    assert found[0].destroyed == GONE


async def test_what_goes_with_machines_that_leave_is_told(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    with cluster.journal.open("a") as file:
        file.write('{"n": 2, "at": 2.0, "event": "begin", "task": "kubmaster/modules"}\n')
    two = BUILT.model_copy(update={"machines": BUILT.machines.model_copy(update={"workers": 2})})
    cluster.profile.write_text(profilefile.dump(two))

    async def losses(_cluster: Cluster, names: Sequence[str]) -> tuple[str, ...]:
        return tuple(f"{name}: the pod default/lonely has no controller" for name in names)

    monkeypatch.setattr("kubetui.operations.maintain.losses.losses", losses)
    found: list[Revision | None] = []
    async with OneScreen(PlainScreen).run_test(size=(80, 24)) as pilot:
        allow_changes(pilot.app.app, Plan(shrunk(two, ["kubnode1"])), found.append)
        await until(pilot, lambda: is_shown(pilot, Remake))
        words = "\n".join(str(each.render()) for each in pilot.app.screen.query("Static"))
        assert "kubnode1  leaves the cluster: it is drained, reset and destroyed" in words
        assert "kubnode1: the pod default/lonely has no controller" in words
        assert "Take kubnode1 out of lab?" in words
        assert "y Take it out and go on" in words
        await pilot.press("y")
        await until(pilot, lambda: found)
    assert found[0] is not None
    assert found[0].losing == ("kubnode1",)


async def test_too_late_is_told(cluster: Cluster) -> None:
    with cluster.journal.open("a") as file:
        file.write('{"n": 2, "at": 2.0, "event": "begin", "task": "kubmaster/modules"}\n')
    found: list[Revision | None] = []
    async with OneScreen(PlainScreen).run_test(size=(80, 24)) as pilot:
        allow_changes(pilot.app.app, Plan(WANTED), found.append)
        await until(pilot, lambda: is_shown(pilot, Refused))
        assert "kubetui destroy lab" in str(pilot.app.screen.query("Static").first().render())
    assert not found


async def test_a_profile_that_cannot_be_read_is_told(cluster: Cluster) -> None:
    cluster.profile.write_text("name: [")
    async with OneScreen(PlainScreen).run_test(size=(80, 24)) as pilot:
        allow_changes(pilot.app.app, Plan(WANTED), lambda _found: None)
        await until(pilot, lambda: is_shown(pilot, Refused))


async def test_nothing_is_asked_where_nothing_has_to_go(cluster: Cluster) -> None:
    found: list[Revision | None] = []
    async with OneScreen(PlainScreen).run_test(size=(80, 24)) as pilot:
        allow_changes(pilot.app.app, Plan(BUILT), found.append)
        assert found == [None]
        allow_changes(pilot.app.app, Plan(BUILT.model_copy(update={"name": "new"})), found.append)
        assert found == [None, None]
        version = BUILT.kubernetes.model_copy(update={"version": "1.36"})
        allow_changes(pilot.app.app, Plan(BUILT.model_copy(update={"kubernetes": version})), found.append)
        await until(pilot, lambda: len(found) == 3)
        assert is_shown(pilot, PlainScreen)
    assert found[2] is not None
    assert not found[2].destroyed


async def test_leaving_while_machines_are_looked_for_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def for_ever(*_given: object) -> Revision | None:
        await asyncio.sleep(3600)
        raise ProfileError("never")

    monkeypatch.setattr(changes, "revision", for_ever)
    found: list[Revision | None] = []
    async with OneScreen(PlainScreen).run_test(size=(80, 24)) as pilot:
        allow_changes(pilot.app.app, Plan(WANTED), found.append)
        await until(pilot, lambda: is_shown(pilot, Comparing))
        await pilot.press("escape")
        await until(pilot, lambda: is_shown(pilot, PlainScreen))
    assert not found


async def test_a_run_is_told_what_it_may_destroy(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []

    async def up(profile: Profile, _sink: Sink, _stop: Stop, *, access: object, **given_too: object) -> RunFinished:
        assert access is None
        given.append(given_too["confirmed"])
        return RunFinished(0.0, profile.name, 0.0, ok=False, changed=0, failed=0, blocked=0, stopped=True)

    monkeypatch.setattr("kubetui.operations.up.up", up)
    async with OneScreen(PlainScreen).run_test(size=(80, 24)) as pilot:
        pilot.app.screen.post_message(StartRun(Plan(WANTED)))
        await until(pilot, lambda: is_shown(pilot, Remake))
        await pilot.press("y")
        await until(pilot, lambda: given)
    assert given == [GONE]


def test_how_it_looks(snap_compare: Any) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        allow_changes(pilot.app.app, Plan(WANTED), lambda _found: None)
        await until(pilot, lambda: is_shown(pilot, Remake))

    assert snap_compare(OneScreen(PlainScreen), terminal_size=(80, 24), run_before=before)
