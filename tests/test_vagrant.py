"""The Vagrant provider against a stand-in for the program; tests/e2e has the real one."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kubetui.errors import BusyError, ForeignError, HostError, RunError
from kubetui.plan import Plan
from kubetui.profile import Profile
from kubetui.providers import vagrantcli
from kubetui.providers.base import Endpoint, LineSink, MachineState
from kubetui.providers.vagrant import VagrantProvider

FAKE = Path(__file__).parent / "data" / "vagrant"
SSH_CONFIG = """\
Host {name}
  HostName 10.0.3.{last}
  User vagrant
  Port 22
  UserKnownHostsFile /dev/null
  StrictHostKeyChecking no
  PasswordAuthentication no
  IdentityFile /first/key
  IdentityFile "/second key"
  IdentitiesOnly yes
  LogLevel FATAL

"""
STATUS = """\
1763824000,kubmaster,metadata,provider,lxc
1763824000,kubmaster,provider-name,lxc
1763824000,kubmaster,state,running
1763824000,kubmaster,state-human-short,running
1763824000,kubmaster,state-human-long,one%!(VAGRANT_COMMA) two,three,four
1763824000,kubnode1,provider-name,lxc
1763824000,kubnode1,state,stopped
1763824000,kubnode2,provider-name,lxc
1763824000,kubnode2,state,not_created
1763824000,,ui,info,Current machine states:
"""


def plan(provider: str = "virtualbox", **more: Any) -> Plan:
    return Plan(Profile.model_validate({"provider": provider, **more}))


class Fake:
    """What the stand-in does and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def says(self, command: str, output: str = "", *, code: int = 0, does: str = "") -> None:
        (self.folder / f"{command}.out").write_text(output)
        (self.folder / f"{command}.code").write_text(str(code))
        (self.folder / f"{command}.sh").write_text(does)

    @property
    def calls(self) -> list[str]:
        path = self.folder / "calls"
        return [line.split("|")[2] for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    folder = tmp_path / "fake"
    folder.mkdir()
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "vagrant").symlink_to(FAKE)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_VAGRANT", str(folder))
    return Fake(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "clusters" / "lab"


def record(folder: Path, machine: str, provider: str = "virtualbox") -> Path:
    """Leave what Vagrant leaves for a machine that it made."""
    path = folder / ".vagrant" / "machines" / machine / provider / "id"
    path.parent.mkdir(parents=True)
    path.write_text("0")
    return path


def drop(_line: str) -> None:
    pass


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


async def test_a_machine_that_exists_stays_known_when_the_plan_drops_it(folder: Path) -> None:
    await VagrantProvider(plan(), folder).prepare()
    record(folder, "kubnode2")
    await VagrantProvider(plan(machines={"workers": 0}), folder).prepare()
    machines = json.loads((folder / "machines.json").read_text())["machines"]
    assert [machine["name"] for machine in machines] == ["kubmaster", "kubnode2"]


async def test_machines_of_another_provider_are_not_built_over(folder: Path) -> None:
    record(folder, "kubmaster", "libvirt")
    with pytest.raises(ForeignError, match="machines of the provider libvirt"):
        await VagrantProvider(plan(), folder).prepare()
    assert not (folder / "machines.json").exists()


async def test_states_need_no_process_before_there_are_machines(folder: Path, fake: Fake) -> None:
    states = await VagrantProvider(plan(), folder).states()
    assert set(states.values()) == {MachineState.ABSENT}
    assert fake.calls == []


async def test_states_of_all_machines_come_from_one_call(folder: Path, fake: Fake) -> None:
    record(folder, "kubmaster")
    fake.says("status", STATUS)
    assert await VagrantProvider(plan(), folder).states() == {
        "kubmaster": MachineState.RUNNING,
        "kubnode1": MachineState.STOPPED,
        "kubnode2": MachineState.ABSENT,
    }
    assert fake.calls == ["status --machine-readable"]


async def test_a_machine_that_runs_after_a_start_that_was_cut_off_is_unknown(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    record(folder, "kubmaster")
    fake.says("status", STATUS)
    fake.says("up", "Interrupted", code=1)
    with pytest.raises(RunError):
        await provider.start(plan().machines[0], drop)
    assert (await provider.states())["kubmaster"] is MachineState.UNKNOWN
    await provider.start(plan().machines[0], drop)
    assert fake.calls[-1] == "reload kubmaster --no-tty"
    assert (await provider.states())["kubmaster"] is MachineState.RUNNING


async def test_start_passes_lines_on_and_leaves_a_failed_machine_there(
    folder: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAGRANT_CWD", "/elsewhere")
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    fake.says("up", "==> kubmaster: Importing base box\n==> kubmaster: Machine booted and ready!\n")
    lines: list[str] = []
    await provider.start(plan().machines[0], lines.append)
    assert lines == ["==> kubmaster: Importing base box", "==> kubmaster: Machine booted and ready!"]
    arguments = "up kubmaster --provider=virtualbox --no-destroy-on-error --no-install-provider --no-tty"
    assert (fake.folder / "calls").read_text() == f"{folder}|unset|{arguments}\n"


async def test_a_failed_start_says_what_vagrant_said(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    fake.says("up", "Bringing machine up\nSomething odd happened.\n", code=1)
    with pytest.raises(RunError, match="Something odd happened") as caught:
        await provider.start(plan().machines[0], drop)
    assert caught.value.id == "VAGRANT"
    assert "vagrant up kubmaster --provider=virtualbox" in caught.value.message


MEETS = """
for try in {1..600}; do
  [[ $2 == kubmaster || $(grep -c begin "$here/order") == 3 ]] && break
  sleep 0.1
done
"""
"""Waits, in all but the first machine, until all three have begun."""


async def overlap(
    provider: VagrantProvider, fake: Fake, plan_: Plan, *, failing: str = "", does: str = "sleep 0.15\n"
) -> list[str]:
    """Start all machines at once and return when each one begins and ends."""
    fail = f'[[ $2 == {failing} ]] && {{ echo "end $2" >>"$here/order"; exit 1; }}\n' if failing else ""
    fake.says("up", does=f'echo "begin $2" >>"$here/order"\n{does}{fail}echo "end $2" >>"$here/order"\n')
    await provider.prepare()
    await asyncio.gather(*(provider.start(machine, drop) for machine in plan_.machines), return_exceptions=True)
    return (fake.folder / "order").read_text().splitlines()


async def test_virtualbox_machines_start_one_by_one(folder: Path, fake: Fake) -> None:
    order = await overlap(VagrantProvider(plan(), folder), fake, plan())
    assert [line.split()[0] for line in order] == ["begin", "end"] * 3


async def test_others_wait_for_the_first_and_then_start_together(folder: Path, fake: Fake) -> None:
    chosen = plan("vmware_desktop")
    order = await overlap(VagrantProvider(chosen, folder), fake, chosen, does=MEETS)
    assert order[:2] == ["begin kubmaster", "end kubmaster"]
    assert [line.split()[0] for line in order[2:]] == ["begin", "begin", "end", "end"]


async def test_when_the_first_fails_the_next_goes_alone(folder: Path, fake: Fake) -> None:
    chosen = plan("vmware_desktop")
    order = await overlap(VagrantProvider(chosen, folder), fake, chosen, failing="kubmaster")
    assert [line.split()[0] for line in order] == ["begin", "end"] * 3


async def test_cancelling_a_start_ends_vagrant_and_lets_the_next_go(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    fake.says("up", does='sleep 60 &\necho $! >"$here/child"\nwait\n')
    task = asyncio.create_task(provider.start(plan().machines[0], drop))
    child = fake.folder / "child"
    async with asyncio.timeout(60):
        while not child.exists():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    stat_file = Path(f"/proc/{child.read_text().strip()}/stat")
    assert not stat_file.exists() or ") Z " in stat_file.read_text()  # noqa: ASYNC240
    fake.says("up")
    await provider.start(plan().machines[1], drop)


async def test_endpoints_of_all_that_run_come_from_one_call(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    for machine in plan().machines:
        await provider.start(machine, drop)
    names = ("kubmaster", "kubnode1", "kubnode2")
    fake.says("ssh-config", "a warning\n" + "".join(SSH_CONFIG.format(name=name, last=len(name)) for name in names))
    found = await asyncio.gather(*map(provider.endpoint, plan().machines))
    keys = (Path("/first/key"), Path("/second key"))
    assert found[0] == Endpoint("10.0.3.9", 22, "vagrant", keys)
    assert found[1] == Endpoint("10.0.3.8", 22, "vagrant", keys)
    assert await provider.endpoint(plan().machines[2]) == found[2]
    assert fake.calls[3:] == ["ssh-config kubmaster kubnode1 kubnode2 --no-tty"]


async def test_an_endpoint_is_asked_for_again_after_a_start(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    machine = plan().machines[0]
    fake.says("ssh-config", SSH_CONFIG.format(name="kubmaster", last=1))
    assert (await provider.endpoint(machine)).host == "10.0.3.1"
    fake.says("ssh-config", SSH_CONFIG.format(name="kubmaster", last=2))
    await provider.start(machine, drop)
    assert (await provider.endpoint(machine)).host == "10.0.3.2"


async def test_another_machine_that_stopped_does_not_hide_this_ones_endpoint(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    fake.says("ssh-config", SSH_CONFIG.format(name="kubmaster", last=1) + "The provider is not yet ready", code=1)
    assert (await provider.endpoint(plan().machines[0])).host == "10.0.3.1"


async def test_destroy_without_machines_starts_nothing(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    await provider.destroy(drop)
    await VagrantProvider(plan(), folder / "never").destroy(drop)
    assert fake.calls == []


async def test_destroy_removes_what_the_folder_knows(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    record(folder, "kubnode2")
    (folder / "Vagrantfile").unlink()
    await VagrantProvider(plan(machines={"workers": 0}), folder).destroy(drop)
    assert fake.calls == ["destroy --force --parallel --no-tty"]


async def test_a_lock_held_for_a_moment_is_waited_for(
    folder: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kubetui.providers.vagrant._LOCK_PAUSE", 0.01)
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


async def test_what_an_earlier_run_left_at_work_is_waited_for_before_the_states_are_read(
    folder: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[Path] = []

    async def wait_for(place: Path, log: LineSink) -> None:
        assert fake.calls == []
        log("waiting")
        waited.append(place)

    monkeypatch.setattr("kubetui.providers.orphans.wait_for", wait_for)
    record(folder, "kubmaster")
    fake.says("status", STATUS)
    said: list[str] = []
    await VagrantProvider(plan(), folder).states(said.append)
    assert (waited, said) == ([folder], ["waiting"])
    # who only looks has not the cluster's lock, and what works in its folder may be another's
    await VagrantProvider(plan(), folder).states()
    assert len(waited) == 1


async def test_a_missing_vagrant_comes_with_the_command_that_installs_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HostError) as caught:
        await provider.start(plan().machines[0], drop)
    assert caught.value.id == "VAGRANT-MISSING"
    assert "Install it" in caught.value.fix


LXC = """#!/usr/bin/env bash
echo "${0##*/} $*" >>"$FAKE_VAGRANT/lxc"
case ${0##*/} in
  lxc-info) [[ -e $FAKE_VAGRANT/container-$2 ]] ;;
  lxc-destroy) rm "$FAKE_VAGRANT/container-$3" ;;
  sudo) shift; exec "$@" ;;
esac
"""


@pytest.fixture
def lxc(fake: Fake, tmp_path: Path) -> Callable[[], list[str]]:
    for name in ("lxc-info", "lxc-destroy", "lxc-cgroup", "sudo", "ip"):
        program = tmp_path / "bin" / name
        program.write_text(LXC)
        program.chmod(0o755)

    def containers() -> list[str]:
        return sorted(path.name.removeprefix("container-") for path in fake.folder.glob("container-*"))

    return containers


async def test_a_half_made_container_of_ours_makes_way(folder: Path, fake: Fake, lxc: Callable[[], list[str]]) -> None:
    provider = VagrantProvider(plan("lxc"), folder)
    await provider.prepare()
    fake.says("up", code=1, does='touch "$here/container-lab-$2"\n')
    with pytest.raises(RunError):
        await provider.start(plan("lxc").machines[0], drop)
    assert lxc() == ["lab-kubmaster"]
    fake.says("up")
    lines: list[str] = []
    await provider.start(plan("lxc").machines[0], lines.append)
    removed, made = lines
    assert removed == "removing lab-kubmaster, which a start that was cut off left half-made"
    assert made == "made the bridge vlxcbr56"
    assert lxc() == []


async def test_destroy_removes_a_half_made_container_of_ours(
    folder: Path, fake: Fake, lxc: Callable[[], list[str]]
) -> None:
    provider = VagrantProvider(plan("lxc"), folder)
    await provider.prepare()
    fake.says("up", code=1, does='touch "$here/container-lab-$2"\n')
    with pytest.raises(RunError):
        await provider.start(plan("lxc").machines[0], drop)
    await VagrantProvider(plan("lxc"), folder).destroy(drop)
    assert lxc() == []
    assert fake.calls == ["up kubmaster --provider=lxc --no-destroy-on-error --no-install-provider --no-tty"]


async def test_a_container_of_someone_else_is_never_removed(
    folder: Path, fake: Fake, lxc: Callable[[], list[str]]
) -> None:
    (fake.folder / "container-lab-kubmaster").touch()
    provider = VagrantProvider(plan("lxc"), folder)
    await provider.prepare()
    fake.says(
        "up",
        "There is container on your system with the same name you've specified\n"
        "on your Vagrantfile (lab-kubmaster), please choose a different one or\n",
        code=1,
    )
    for _ in range(2):
        with pytest.raises(ForeignError, match="A container called lab-kubmaster exists"):
            await provider.start(plan("lxc").machines[0], drop)
    await provider.destroy(drop)
    assert lxc() == ["lab-kubmaster"]


def test_the_callers_variables_do_not_send_vagrant_elsewhere() -> None:
    base = {
        "PATH": "/bin",
        "VAGRANT_CWD": "/x",
        "VAGRANT_LOG": "debug",
        "VAGRANT_HOME": "/h",
        "VAGRANT_DOTFILE_PATH": "y",
    }
    assert vagrantcli.environment(base) == {
        "PATH": "/bin",
        "VAGRANT_HOME": "/h",
        "VAGRANT_CHECKPOINT_DISABLE": "1",
        "VAGRANT_NO_COLOR": "1",
    }


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
def test_words_for_states(word: str, state: MachineState) -> None:
    assert vagrantcli.parse_status(["1,m,provider-name,virtualbox", f"1,m,state,{word}", "noise"]) == {"m": state}


def test_an_ssh_config_without_an_address_is_an_error() -> None:
    with pytest.raises(RunError, match="how to reach m: 'HostName'"):
        vagrantcli.parse_ssh_config(["Host m", "  User vagrant", "  Port 22"])


async def test_machines_that_could_not_go_together_go_one_by_one(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    known = record(folder, "kubmaster")
    fake.says("destroy", code=1, does=f'[[ $3 == --no-parallel ]] && {{ rm "{known}"; exit 0; }}\n')
    await provider.destroy(drop)
    assert fake.calls == ["destroy --force --parallel --no-tty", "destroy --force --no-parallel --no-tty"]


@pytest.mark.skipif(shutil.which("ip") is None, reason="no ip command")
async def test_a_bridge_of_the_systems_is_never_removed(folder: Path, fake: Fake, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "ip"
    program.write_text('#!/bin/sh\necho "$@" >>"$FAKE_VAGRANT/ip"\n')
    program.chmod(0o755)
    for bridge in ("lxcbr0", "lo", "nosuchbridge"):
        chosen = plan("lxc", network={"options": {"lxc__bridge_name": bridge}})
        provider = VagrantProvider(chosen, folder)
        await provider.prepare()
        await provider.destroy(drop)
    assert not (fake.folder / "ip").exists()
