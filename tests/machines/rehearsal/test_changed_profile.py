"""A profile changed after a run that installed nothing: `up` accepts it and recreates the affected machines."""

import json
from pathlib import Path
from typing import Any

import pytest

from kubetui.base.errors import ProfileError, StoppedError
from kubetui.engine.events import Event, Line, TaskStarted
from kubetui.engine.stop import Stop
from kubetui.machines.rehearsal.options import NAME
from kubetui.machines.rehearsal.provider import RehearsalProvider
from kubetui.operations import changes
from kubetui.operations.destroy import destroy
from kubetui.operations.up import up
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.steps.build import STEPS
from tests.machines.rehearsal.conftest import FAST, Theatre, profile
from tests.machines.rehearsal.test_command import kubetui

LARGER: dict[str, Any] = {"control_plane": {"memory": 8192}}


def chosen(**machines: Any) -> Profile:
    return profile(machines={**machines, "options": {NAME: {"speed": FAST}}})


async def looked(theatre: Theatre) -> None:
    """Run only the steps that install nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kubetui.operations.up.STEPS", tuple(step for step in STEPS if not step.installs))
        assert (await theatre.up()).ok


async def marked(theatre: Theatre) -> None:
    """Mark each machine's state, once none is played any more; a recreated machine lacks the mark."""
    await theatre.leave()
    for path in (theatre.cluster.folder / "rehearsal" / "machines").glob("*.json"):
        path.write_text(json.dumps({**json.loads(path.read_text()), "faults": ["of old"]}))


def of_old(theatre: Theatre) -> set[str]:
    files = (theatre.cluster.folder / "rehearsal" / "machines").glob("*.json")
    return {path.stem for path in files if "of old" in json.loads(path.read_text())["faults"]}


async def test_affected_machines_are_recreated_and_the_others_kept(theatre: Theatre) -> None:
    await looked(theatre)
    await marked(theatre)
    events: list[Event] = []
    finished = await up(chosen(**LARGER, workers=1), events.append, Stop(), confirmed=("kubmaster", "kubnode2"))
    assert finished.ok
    assert of_old(theatre) == {"kubnode1"}
    assert finished.nodes == finished.ready == 2
    # now packages are installed, so no profile that affects a machine is accepted
    for machines in ({}, {**LARGER, "workers": 0}):
        with pytest.raises(ProfileError, match="built from another profile"):
            await up(chosen(**machines), events.append, Stop(), confirmed=("kubmaster", "kubnode1", "kubnode2"))
    assert (await up(chosen(**LARGER, workers=1), events.append, Stop())).changed == 0


async def test_no_machine_is_destroyed_without_confirmation(theatre: Theatre) -> None:
    await looked(theatre)
    await marked(theatre)
    kept = theatre.cluster.profile.read_bytes()
    with pytest.raises(ProfileError, match="kubnode2 would be destroyed") as caught:
        await up(chosen(**LARGER, workers=1), lambda _event: None, Stop(), confirmed=("kubmaster",))
    assert caught.value.id == "CHANGE-UNCONFIRMED"
    assert of_old(theatre) == {"kubmaster", "kubnode1", "kubnode2"}
    assert theatre.cluster.profile.read_bytes() == kept


@pytest.mark.parametrize("machines", [LARGER, {}], ids=["new", "old"])
async def test_an_interruption_before_the_new_profile_is_written_is_recoverable(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch, machines: dict[str, Any]
) -> None:
    async def killed(provider: RehearsalProvider) -> None:
        raise StoppedError("killed")

    await looked(theatre)
    await marked(theatre)
    with monkeypatch.context() as patch:
        patch.setattr(RehearsalProvider, "prepare", killed)
        with pytest.raises(StoppedError):
            await up(chosen(**LARGER), lambda _event: None, Stop(), confirmed=("kubmaster",))
    assert of_old(theatre) == {"kubnode1", "kubnode2"}
    assert profilefile.load(theatre.cluster.profile) == profile()
    found = await changes.revision(theatre.cluster, Plan(profile(machines=LARGER)))
    assert found is not None
    assert not found.destroyed
    assert (await up(chosen(**machines), lambda _event: None, Stop())).ok
    assert of_old(theatre) == {"kubnode1", "kubnode2"}


async def test_the_journal_of_destroyed_machines_does_not_block_a_changed_profile(theatre: Theatre) -> None:
    await theatre.up()
    await RehearsalProvider(theatre.plan, theatre.cluster.folder).destroy(lambda _line: None)
    stop = Stop()

    def sink(event: Event) -> None:
        if isinstance(event, TaskStarted) and event.task.step == "facts":
            stop.request()

    assert (await up(chosen(**LARGER), sink, stop)).stopped
    # journal entries about the destroyed machines no longer count
    assert (await up(chosen(), lambda _event: None, Stop(), confirmed=("kubmaster",))).ok


async def test_the_providers_output_while_destroying_becomes_an_event(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def telling(provider: RehearsalProvider, log: Any, names: Any = None) -> None:
        log("\x1b[31mremoving\x1b[0m")

    await looked(theatre)
    monkeypatch.setattr(RehearsalProvider, "destroy", telling)
    events: list[Event] = []
    await up(chosen(**LARGER), events.append, Stop(), confirmed=("kubmaster",))
    first = events[0]
    assert isinstance(first, Line)
    assert (first.machine, first.step, first.text) == ("kubmaster", "start", "removing")
    assert "start: removing" in (theatre.cluster.logs / "kubmaster.log").read_text()


PROFILE = "schema: 1\nname: lab\nprovider: rehearsal\n"


async def test_the_command_line_lists_the_affected_machines_and_asks_for_confirmation(
    theatre: Theatre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / ".local" / "state"))
    await looked(theatre)
    await marked(theatre)
    await theatre.leave()
    path = tmp_path / "changed.yaml"
    path.write_text(PROFILE + "machines: {control_plane: {memory: 8192}}\n")
    said = kubetui(tmp_path, "up", str(path), code=2)
    assert "machines.control_plane.memory was not set and is 8192" in said
    assert "kubmaster  is destroyed and made anew" in said
    assert "kubnode" not in said
    assert "Nobody can answer here." in said
    assert "Add --yes to agree" in said
    assert of_old(theatre) == {"kubmaster", "kubnode1", "kubnode2"}
    said = kubetui(tmp_path, "up", str(path), "--yes", "--speed", "200")
    assert "kubmaster  is destroyed and made anew" in said
    assert of_old(theatre) == {"kubnode1", "kubnode2"}
    path.write_text(PROFILE)
    assert "PROFILE-CHANGED" in kubetui(tmp_path, "up", str(path), "--yes", code=2)
    await destroy(theatre.cluster, lambda _line: None)
