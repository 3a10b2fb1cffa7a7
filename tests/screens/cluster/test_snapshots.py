"""Snapshots from a cluster's home: what will happen is told before, the first answer changes nothing, all is shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from kubetui.cluster import snapshots
from kubetui.cluster.folder import Cluster as Folder
from kubetui.cluster.snapshots import Snapshot
from kubetui.engine.events import Operation, RunFinished
from kubetui.operations import up as building
from kubetui.operations.maintain import snapshots as operation
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from screens.cluster.doing.removal import words
from screens.cluster.doing.snapshots import can_save, saving
from screens.cluster.doing.working import WorkScreen
from screens.cluster.screen import ClusterScreen
from tests.screens.apps import SIZE, drawn, until
from tests.screens.cluster.home import Cluster, leave
from tests.screens.cluster.test_actions import chosen

HOSTS = [{"name": "kubmaster", "role": "control plane", "address": "192.0.2.1"}]


def plan(provider: str, **fields: Any) -> Plan:
    return Plan(Profile.model_validate({"name": "lab", "provider": provider, **fields}))


def saved(label: str, after: str = "") -> Snapshot:
    cluster = Folder("lab")
    machines = {"kubmaster": "a", "kubnode1": "b", "kubnode2": "c"}
    made = Snapshot(label, time.time() - 7200, "0.1.0", "1.37", "lxc", machines, 2**30, after)
    snapshots.begin(cluster, label)
    snapshots.complete(cluster, made)
    return made


def finished(operation: Operation) -> RunFinished:
    return RunFinished(time.time(), "lab", 1.0, ok=True, changed=1, failed=0, blocked=0, operation=operation)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note what is done to a cluster, in place of doing it."""
    noted: list[str] = []

    def noting(name: str, kind: Operation) -> Callable[..., Any]:
        async def note(subject: Any, *rest: Any) -> RunFinished:
            detail = getattr(rest[0], "label", rest[0]) if rest else ""
            noted.append(f"{name} {detail}" if isinstance(detail, str) else name)
            return finished(kind)

        return note

    monkeypatch.setattr(operation, "save", noting("save", Operation.SAVE))
    monkeypatch.setattr(operation, "restore", noting("restore", Operation.RESTORE))
    monkeypatch.setattr(operation, "remove", noting("remove", Operation.SAVE))
    monkeypatch.setattr(building, "up", noting("up", Operation.BUILD))
    monkeypatch.setattr(operation, "halting", lambda _cluster: False)
    return noted


async def opened(pilot: Pilot[Any], *keys: str) -> None:
    """Open the snapshots of the cluster, and press keys there."""
    await chosen(pilot, "snapshots")
    await until(pilot, lambda: "Snapshots of lab" in drawn(pilot.app))
    await pilot.press(*keys)
    await pilot.pause()


async def test_one_is_saved_after_a_question(done: list[str]) -> None:
    leave()
    async with Cluster().app().run_test(size=SIZE) as pilot:
        await opened(pilot, "down", "enter")
        await until(pilot, lambda: "all of them" in drawn(pilot.app))
        # the first answer changes nothing
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ClusterScreen))
        assert done == []
        await opened(pilot, "down", "enter")
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WorkScreen))
        await until(pilot, lambda: "it is saved" in drawn(pilot.app))
    assert len(done) == 1
    assert done[0].startswith("save 20")


@pytest.mark.parametrize(("after", "expected"), [("", ["restore one", "up"]), ("init", ["restore one"])])
async def test_one_is_brought_back_after_it_is_said_what_is_lost(
    done: list[str], after: str, expected: list[str]
) -> None:
    leave()
    saved("one", after)
    async with Cluster().app().run_test(size=SIZE) as pilot:
        await opened(pilot, "down", "down", "enter")
        await until(pilot, lambda: "since then is lost" in " ".join(drawn(pilot.app).split()))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ClusterScreen))
        assert done == []
        await opened(pilot, "down", "down", "enter")
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WorkScreen))
        await until(pilot, lambda: "it is as it was" in drawn(pilot.app))
    assert done == expected


async def test_one_that_cannot_be_read_is_only_removed(done: list[str]) -> None:
    leave()
    saved("one")
    (Folder("lab").snapshots / "one" / "snapshot.json").write_text("{")
    async with Cluster().app().run_test(size=SIZE) as pilot:
        await opened(pilot, "down", "down", "enter")
        await until(pilot, lambda: "Its record cannot be read" in drawn(pilot.app))
        assert "Bring it back" not in drawn(pilot.app)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WorkScreen))
        await until(pilot, lambda: "it is gone" in drawn(pilot.app))
    assert done == ["remove one"]


def test_machines_of_somebody_and_played_ones_have_none() -> None:
    assert can_save(plan("lxc"))
    assert can_save(plan("virtualbox"))
    assert not can_save(plan("rehearsal"))
    assert not can_save(plan("hosts", hosts=HOSTS))


def test_what_happens_to_the_machines_meanwhile_is_said() -> None:
    assert "stand still for some seconds" in saving(plan("lxc"))
    assert "are shut down, saved by their provider, and started again" in saving(plan("libvirt"))


def test_a_destruction_names_them() -> None:
    leave()
    saved("one")
    assert "  snapshots   1 snapshot (1024 MiB), with the machines that they are of" in words(
        Folder("lab"), plan("lxc")
    )
