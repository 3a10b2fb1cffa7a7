"""Before anything starts: preparing the cluster's folder and reading the states of its machines."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from kubetui.base.errors import BusyError, ForeignError
from kubetui.base.text import LineSink
from kubetui.engine.provider import MachineState
from kubetui.machines.vagrant import commandline
from kubetui.machines.vagrant.provider import VagrantProvider
from tests.machines.vagrant.standin import STATUS, Fake, plan, record


async def test_prepare_writes_private_files_and_only_when_they_change(folder: Path) -> None:
    await VagrantProvider(plan(), folder).prepare()
    for name in ("Vagrantfile", "machines.json"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700  # noqa: ASYNC240
    before = [(folder / name).stat().st_ino for name in ("Vagrantfile", "machines.json")]
    await VagrantProvider(plan(), folder).prepare()
    assert [(folder / name).stat().st_ino for name in ("Vagrantfile", "machines.json")] == before
    await VagrantProvider(plan(machines={"workers": 1}), folder).prepare()
    machines = json.loads((folder / "machines.json").read_text())["machines"]
    assert [machine["name"] for machine in machines] == ["kubmaster", "kubnode1"]


async def test_an_existing_machine_stays_recorded_after_leaving_the_plan(folder: Path) -> None:
    await VagrantProvider(plan(), folder).prepare()
    record(folder, "kubnode2")
    await VagrantProvider(plan(machines={"workers": 0}), folder).prepare()
    machines = json.loads((folder / "machines.json").read_text())["machines"]
    assert [machine["name"] for machine in machines] == ["kubmaster", "kubnode2"]


async def test_machines_of_another_provider_are_refused(folder: Path) -> None:
    record(folder, "kubmaster", "libvirt")
    with pytest.raises(ForeignError, match="machines of the provider libvirt"):
        await VagrantProvider(plan(), folder).prepare()
    assert not (folder / "machines.json").exists()


async def test_states_run_no_process_before_there_are_machines(folder: Path, fake: Fake) -> None:
    states = await VagrantProvider(plan(), folder).states()
    assert set(states.values()) == {MachineState.ABSENT}
    assert fake.calls == []


async def test_one_call_returns_the_states_of_all_machines(folder: Path, fake: Fake) -> None:
    record(folder, "kubmaster")
    fake.says("status", STATUS)
    assert await VagrantProvider(plan(), folder).states() == {
        "kubmaster": MachineState.RUNNING,
        "kubnode1": MachineState.STOPPED,
        "kubnode2": MachineState.ABSENT,
    }
    assert fake.calls == ["status --machine-readable"]


async def test_states_wait_for_vagrants_lock_and_give_up_after_five_attempts(
    folder: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kubetui.machines.vagrant.provider._LOCK_PAUSE", 0.01)
    record(folder, "kubmaster")
    locked = "Vagrant can't use the requested machine because it is locked! This\nmeans that another process"
    fake.says("status", locked, code=1)
    with pytest.raises(BusyError, match="Another Vagrant process"):
        await VagrantProvider(plan(), folder).states()
    assert len(fake.calls) == 5
    free = '[[ $(wc -l <"$here/calls") -ge 8 ]] && { cat "$here/free"; exit 0; }\n'
    (fake.folder / "free").write_text(STATUS)
    fake.says("status", code=1, does=free + f'echo "{locked}"\n')
    assert (await VagrantProvider(plan(), folder).states())["kubmaster"] is MachineState.RUNNING
    assert len(fake.calls) == 8


async def test_states_wait_for_orphans_of_an_earlier_run(
    folder: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[Path] = []

    async def wait_for(place: Path, log: LineSink) -> None:
        assert fake.calls == []
        log("waiting")
        waited.append(place)

    monkeypatch.setattr("kubetui.machines.vagrant.orphans.wait_for", wait_for)
    record(folder, "kubmaster")
    fake.says("status", STATUS)
    said: list[str] = []
    await VagrantProvider(plan(), folder).states(said.append)
    assert (waited, said) == ([folder], ["waiting"])
    # read-only callers hold no cluster lock: a process in the folder may belong to a running kubetui
    await VagrantProvider(plan(), folder).states()
    assert len(waited) == 1


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("running", MachineState.RUNNING),
        ("not_created", MachineState.ABSENT),
        ("poweroff", MachineState.STOPPED),
        ("aborted", MachineState.STOPPED),
        ("off", MachineState.STOPPED),
        ("gurumeditation", MachineState.UNKNOWN),
    ],
)
def test_vagrants_state_words_are_recognised(word: str, state: MachineState) -> None:
    assert commandline.parse_status(["1,m,provider-name,virtualbox", f"1,m,state,{word}", "noise"]) == {"m": state}


async def test_a_machine_that_was_destroyed_for_a_later_plan_is_absent(folder: Path, fake: Fake) -> None:
    await VagrantProvider(plan(machines={"control_plane_name": "later"}), folder).prepare()
    record(folder, "kubnode1")
    fake.says("status", STATUS.replace("kubmaster", "later"))
    assert await VagrantProvider(plan(), folder).states() == {
        "kubmaster": MachineState.ABSENT,
        "kubnode1": MachineState.STOPPED,
        "kubnode2": MachineState.ABSENT,
    }
