"""Machines that leave a rehearsed cluster: in order, remembered over a cut, and not at all without consent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from kubetui.base.errors import ProfileError, StoppedError
from kubetui.cli.main import main
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Event, RunFinished, RunStarted, Sink, TaskFinished, TaskStarted
from kubetui.engine.stop import Stop
from kubetui.machines.rehearsal import options, stage
from kubetui.machines.rehearsal.memory import Memory
from kubetui.machines.rehearsal.options import FASTEST, with_options
from kubetui.machines.rehearsal.provider import FOLDER
from kubetui.operations import departure
from kubetui.operations.up import up
from kubetui.profile import roster
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.steps.cluster.leave.steps import LEAVING

STEPS = [step.name for step in LEAVING]


def built(workers: int = 2) -> Profile:
    return Profile.model_validate({"name": "lab", "provider": "rehearsal", "machines": {"workers": workers}})


def run(
    profile: Profile, confirmed: Sequence[str] = (), sink: Sink | None = None, stop: Stop | None = None
) -> RunFinished:
    fast = with_options(profile, speed=FASTEST)

    async def running() -> RunFinished:
        try:
            return await up(fast, sink or (lambda _event: None), stop or Stop(), confirmed=confirmed)
        finally:
            await end()

    return asyncio.run(running())


async def end() -> None:
    """Close the machines' servers where they were opened."""
    for folder in list(stage._stages):
        await stage.leave(folder)


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """Return a rehearsed cluster of three machines."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run(built()).ok
    yield Cluster("lab")
    asyncio.run(end())


def names(cluster: Cluster) -> list[str]:
    return [machine.name for machine in Plan(profilefile.load_built(cluster)).machines]


def test_a_machine_leaves_step_by_step_and_then_the_cluster_is_checked(lab: Cluster) -> None:
    events: list[Event] = []
    finished = run(roster.shrunk(built(), ["kubnode1"]), ["kubnode1"], events.append)
    assert finished.ok
    assert (finished.nodes, finished.ready) == (2, 2)
    assert isinstance(events[0], RunStarted)
    assert events[0].machines == ("kubmaster", "kubnode2", "kubnode1")
    ended = [event.task for event in events if isinstance(event, TaskFinished)]
    assert [task.step for task in ended if task.machine == "kubnode1"] == STEPS
    assert [task.step for task in ended][-2:] == ["check", "proof"]
    assert names(lab) == ["kubmaster", "kubnode2"]
    assert departure.pending(lab) == ()
    assert not Memory.in_folder(lab.folder / FOLDER, "kubnode1").exists
    # and comes back under its name and address
    assert run(built()).ok
    assert names(lab) == ["kubmaster", "kubnode1", "kubnode2"]


def test_nobody_leaves_without_consent(lab: Cluster) -> None:
    with pytest.raises(ProfileError, match="kubnode1 would leave the cluster") as refused:
        run(roster.shrunk(built(), ["kubnode1"]))
    assert refused.value.id == "CHANGE-UNCONFIRMED"
    assert names(lab) == ["kubmaster", "kubnode1", "kubnode2"]


def cut_off(lab: Cluster, step: str) -> Profile:
    """Stop a removal at once when a step of it begins."""
    stop, smaller = Stop(), roster.shrunk(built(), ["kubnode1"])

    def sink(event: Event) -> None:
        if isinstance(event, TaskStarted) and event.task.step == step:
            stop.at_once()

    with suppress(StoppedError):
        assert not run(smaller, ["kubnode1"], sink, stop).ok
    assert departure.pending(lab) == ("kubnode1",)
    return smaller


@pytest.mark.parametrize("step", STEPS[:-1])
def test_a_removal_that_was_cut_off_goes_on_with_the_next_run(lab: Cluster, step: str) -> None:
    smaller = cut_off(lab, step)
    assert names(lab) == ["kubmaster", "kubnode2"]
    said = CliRunner().invoke(main, ["status", "lab"]).output
    assert "kubnode1         leaves it" in said
    assert "kubetui node remove lab kubnode1" in said
    # nobody has to agree a second time
    assert run(smaller).ok
    assert departure.pending(lab) == ()
    assert not Memory.in_folder(lab.folder / FOLDER, "kubnode1").exists


def test_a_machine_that_was_about_to_leave_stays_if_it_is_wanted_again(lab: Cluster) -> None:
    cut_off(lab, "drain")
    assert run(built()).ok
    assert departure.pending(lab) == ()
    assert names(lab) == ["kubmaster", "kubnode1", "kubnode2"]
    assert Memory.in_folder(lab.folder / FOLDER, "kubnode1").exists


def test_one_leaves_and_another_comes_in_one_run(lab: Cluster) -> None:
    events: list[Event] = []
    swapped = roster.shrunk(built(3), ["kubnode1"])
    assert run(swapped, ["kubnode1"], events.append).ok
    assert names(lab) == ["kubmaster", "kubnode2", "kubnode3"]
    started = [str(event.task) for event in events if isinstance(event, TaskStarted)]
    assert {"kubnode3/join", "kubnode1/drain"} <= set(started)


def command(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["node", *words, "--plain"])
    return done.exit_code, done.output


def test_the_command_adds_and_removes(lab: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "HEADLESS", FASTEST)
    code, said = command("add", "lab", "--count", "2", "--yes")
    assert code == 0, said
    assert "kubnode4  worker, 192.168.56.105, 2048 MiB, 2 CPUs" in said
    code, said = command("remove", "lab", "kubnode2", "kubnode3", "--yes")
    assert code == 0, said
    assert "The profile no longer has kubnode2, kubnode3.\n" in said
    assert "kubnode2  leaves the cluster: it is drained, reset and destroyed" in said
    assert names(lab) == ["kubmaster", "kubnode1", "kubnode4"]
    code, said = command("add", "lab", "--machine", "kubnode3", "--yes")
    assert (code, "kubnode3 cannot be added: the next worker is kubnode2." in said) == (2, True), said
    code, said = command("add", "lab", "--machine", "kubnode2", "--memory", "4096", "--yes")
    assert code == 0, said
    assert "kubnode2  worker, 192.168.56.103, 4096 MiB" in said
    assert profilefile.load_built(lab).machines.by_name["kubnode2"].memory == 4096


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("remove", "lab", "kubnode7"), "lab has no machine kubnode7."),
        (("remove", "lab", "kubmaster"), "kubmaster is the first control plane, by which kubetui reaches lab."),
        (("remove", "lab", "kubnode1", "kubnode2"), "Without a worker, no machine of lab would run your pods"),
        (("remove", "lab", "kubnode1"), "Take kubnode1 out of lab? Nobody can answer here."),
        (("add", "lab"), "Add kubnode3 to lab? Nobody can answer here."),
        (("add", "lab", "--count", "2", "--machine", "kubnode3"), "say two different things"),
        (("add", "lab", "--control-plane"), "was built without network.control_plane_endpoint"),
        (("add", "lab", "--memory", "1"), "machines.by_name.kubnode3.memory"),
    ],
)
def test_what_cannot_be_is_said_before_anything_happens(lab: Cluster, words: tuple[str, ...], said: str) -> None:
    before = lab.journal.read_bytes()
    code, output = command(*words)
    assert code != 0
    assert said in output
    assert lab.journal.read_bytes() == before
