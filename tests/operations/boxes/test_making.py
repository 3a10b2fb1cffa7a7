"""How a prepared box is made, cleaned, packaged and removed."""

import subprocess
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from kubetui.base.errors import RunError, StoppedError, UsageError
from kubetui.base.process import Finished
from kubetui.base.text import LineSink
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Event
from kubetui.engine.provider import MachineState
from kubetui.engine.step import Connect
from kubetui.engine.stop import Stop
from kubetui.machines.vagrant import insecure, packaging
from kubetui.machines.vagrant.packaging import add_arguments, package_arguments, stored, tar_arguments
from kubetui.machines.vagrant.project import vagrant_home
from kubetui.operations.boxes import make as boxmaker
from kubetui.operations.boxes import store
from kubetui.operations.boxes.anonymise import clean_up
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.remote.command import PRELUDE, Command
from kubetui.remote.endpoint import Endpoint
from kubetui.remote.node import Node, Result
from kubetui.steps.machine.clock import SHOW
from tests.fakes import FakeNode, FakeProvider
from tests.operations.boxes.kept import BASE, kept
from tests.plans import plan
from tests.shelf import put_box


def test_the_temporary_machine_has_an_address_of_its_own() -> None:
    profile = boxmaker.maker(plan(workers=2, network={"first_address": "192.168.56.101"}).profile)
    (machine,) = Plan(profile).machines
    assert str(machine.address) == "192.168.56.104"
    at_the_end = boxmaker.maker(plan(workers=2, network={"first_address": "192.168.56.251"}).profile)
    assert str(Plan(at_the_end).machines[0].address) == "192.168.56.250"
    assert profile == Profile.model_validate(profile.model_dump(by_alias=True))


class OffProvider(FakeProvider):
    """A provider whose machines are always off."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self._plan = plan
        self.destroyed = 0

    async def states(self, log: LineSink | None = None) -> Mapping[str, MachineState]:
        return {machine.name: MachineState.STOPPED for machine in self._plan.machines}

    async def destroy(self, log: LineSink, names: Collection[str] | None = None) -> None:
        del log, names
        self.destroyed += 1


class Telling(FakeNode):
    """A node that prints the time, which the clock step needs."""

    async def read(self, command: Command, log: LineSink | None = None) -> str:
        said = await super().read(command)
        return f"{time.time()}" if command.script == SHOW else said


class Making:
    """Makes one box without machines; `commands` lists the commands that would have run on this host."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch, node: FakeNode) -> None:
        self.home = home
        self.node = node
        self.commands: list[Sequence[str]] = []
        self.events: list[Event] = []
        self.provider: OffProvider | None = None
        self.code = 0
        monkeypatch.setattr("kubetui.operations.boxes.make.provider_of", self._provider)
        monkeypatch.setattr(packaging, "run", self._run)
        monkeypatch.setattr("kubetui.machines.vagrant.commandline.executable", lambda _system: "vagrant")

    def _provider(self, plan: Plan, folder: Path) -> OffProvider:
        key_file = folder / ".vagrant/machines" / plan.machines[0].name / plan.provider.name / "private_key"
        key_file.parent.mkdir(parents=True)
        key_file.write_text("")
        self.key_file = key_file
        self.provider = OffProvider(plan)
        return self.provider

    async def _run(self, argv: Sequence[str], **_options: Any) -> Finished:
        self.commands.append(argv)
        assert not self.key_file.exists()
        return Finished(self.code, ("it failed",) if self.code else ())

    def connector(self, _cluster: Cluster) -> Connect:
        async def connect(_machine: Machine, _endpoint: Endpoint, _log: LineSink) -> Node:
            return self.node

        return connect

    async def make(self, wanted: Plan, stop: Stop | None = None) -> str:
        return await boxmaker.make(
            wanted.profile, self.connector, self.events.append, lambda _line: None, stop or Stop()
        )


@pytest.fixture
def making(home: Path, monkeypatch: pytest.MonkeyPatch) -> Making:
    put_box(home, BASE, "1.0")
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(home / "insecure_private_key")
    return Making(home, monkeypatch, Telling())


async def test_making_prepares_cleans_packages_and_leaves_nothing(making: Making, tmp_path: Path) -> None:
    name = await making.make(plan())
    base = store.base_box(plan())
    assert base is not None
    assert name == f"kubetui/{store.key(plan().profile, base)}"
    assert [command[:3] for command in making.commands] == [
        ["vagrant", "package", "kubmaster"],
        ["vagrant", "box", "add"],
    ]
    cleaned = [index for index, call in enumerate(making.node.calls) if "ssh_host_" in call]
    assert len(cleaned) == 1
    assert "poweroff" in making.node.calls[cleaned[0] + 1]
    assert not any("kubeadm init" in call or "kubeadm join" in call for call in making.node.calls)
    assert making.provider is not None
    assert making.provider.destroyed == 1
    assert list((tmp_path / "state/kubetui/boxes").iterdir()) == []


async def test_an_existing_box_is_not_made_again(making: Making, home: Path) -> None:
    name = kept(home, plan())
    assert await making.make(plan()) == name
    assert making.commands == []


async def test_a_failed_step_leaves_neither_box_nor_machine(making: Making) -> None:
    making.node.probes.append(Result(1, ("error: no",)))
    with pytest.raises(RunError, match="could not be prepared"):
        await making.make(plan())
    assert making.commands == []
    assert making.provider is not None
    assert making.provider.destroyed == 1


async def test_failed_packaging_is_reported(making: Making) -> None:
    making.code = 1
    with pytest.raises(RunError, match="vagrant failed with exit code 1: it failed"):
        await making.make(plan())


async def test_a_stopped_run_makes_no_box(making: Making) -> None:
    stop = Stop()
    stop.request()
    with pytest.raises(StoppedError):
        await making.make(plan(), stop)
    assert making.commands == []


async def test_boxes_are_removed_by_key(making: Making, home: Path) -> None:
    name = kept(home, plan())
    with pytest.raises(UsageError, match="no prepared box nonsense"):
        await store.remove("nonsense", lambda _line: None)
    making.key_file = home / "none"
    await store.remove(name.partition("/")[2], lambda _line: None)
    (command,) = making.commands
    assert command == ["vagrant", "box", "remove", name, "--provider", "virtualbox", "--all", "--force", "--no-tty"]


async def test_the_master_of_a_removed_boxs_clones_is_named(making: Making, home: Path) -> None:
    name = kept(home, plan())
    said: list[str] = []
    making.key_file = home / "none"
    (found,) = stored(home, name, "virtualbox")
    assert found.master is None
    (found.folder / "master_id").write_text("11-22\n")
    await store.remove(name.partition("/")[2], said.append)
    assert "VBoxManage unregistervm 11-22 --delete" in said[-1]


def test_the_insecure_public_key_has_the_comment_that_vagrant_looks_for(making: Making) -> None:
    (line,) = insecure.public_keys(vagrant_home()).splitlines()
    assert line.startswith("ssh-ed25519 ")
    assert line.endswith(" vagrant insecure public key")


def test_a_provider_that_cannot_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="vmware_desktop"):
        packaging.Packaging("vmware_desktop", tmp_path, lambda _line: None)


def test_packaging_uses_vagrants_arguments() -> None:
    file, info = Path("/w/prepared.box"), Path("/w/info.json")
    assert package_arguments("m", file, info) == [
        *("package", "m", "--output", "/w/prepared.box", "--info", "/w/info.json", "--no-tty")
    ]
    assert add_arguments("kubetui/k", file, "libvirt") == [
        *("box", "add", "/w/prepared.box", "--name", "kubetui/k", "--provider", "libvirt", "--force", "--no-tty")
    ]


async def test_kubetui_assembles_lxc_boxes_itself(
    making: Making, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = put_box(home, "rig/debian13", "0", "lxc")
    (base / "lxc-config").write_text("lxc.arch = amd64\n")
    work = tmp_path / "project"
    work.mkdir()
    making.key_file = work / "none"
    seen: dict[str, bytes] = {}

    async def run(argv: Sequence[str], *, log: LineSink, **_options: Any) -> Finished:
        making.commands.append(argv)
        if argv[0] == "lxc-config":
            log("/var/lib/lxc")
        elif "--numeric-owner" in argv:
            (work / "package" / "rootfs.tar.gz").write_text("")
        elif argv[0] == "tar":
            seen.update({path.name: path.read_bytes() for path in (work / "package").iterdir()})
        return Finished(0, ())

    monkeypatch.setattr(packaging, "run", run)
    (box,) = stored(home, "rig/debian13", "lxc")
    await packaging.Packaging("lxc", work, lambda _line: None).keep("lab", "m", box, "kubetui/k", {"a": 1})
    assert making.commands[1][-3:] == ["--directory", "/var/lib/lxc/lab-m", "./rootfs"]
    assert set(seen) == {"metadata.json", "info.json", "rootfs.tar.gz", "lxc-config", "lxc-template"}
    assert seen["lxc-config"] == b"lxc.arch = amd64\n"
    assert not (work / "package").exists()


def test_the_lxc_template_unpacks_the_packed_box(tmp_path: Path) -> None:
    container, made, root = tmp_path / "old", tmp_path / "new", tmp_path / "old" / "rootfs"
    (root / "etc").mkdir(parents=True)
    (root / "etc/issue").write_text("Debian\n")
    made.mkdir()
    (made / "config").write_text("lxc.net.0.type = veth\n")
    (tmp_path / "lxc-config").write_text("lxc.arch = amd64\n")
    archive = tmp_path / "rootfs.tar.gz"
    subprocess.run(tar_arguments(root, archive, compress=False), check=True)
    options = [f"--path={made}", "--name=lab-m", f"--rootfs={made / 'rootfs'}", "--tarball", str(archive)]
    subprocess.run(["sh", packaging.TEMPLATE, *options, "--config", tmp_path / "lxc-config"], check=True)
    assert (made / "rootfs/etc/issue").read_text() == "Debian\n"
    assert [line for line in (made / "config").read_text().splitlines() if line.startswith("lxc")] == [
        *("lxc.net.0.type = veth", "lxc.uts.name = lab-m", "lxc.arch = amd64")
    ]
    assert container.exists()


def test_the_cleaning_script_is_valid_bash_and_removes_every_kind_of_identity() -> None:
    script = clean_up(plan(), plan().machines[0], "ssh-rsa AAAA vagrant\n").render()
    subprocess.run(["bash", "-n"], input=PRELUDE + script, text=True, check=True)
    for part in ("ssh_host_", "machine-id", "/etc/kubernetes", "/var/lib/kubelet", "/var/lib/etcd", "/var/lib/kubetui"):
        assert part in script
    for part in ("/etc/cni", "authorized_keys", "/var/log", "random-seed", "/etc/hosts"):
        assert part in script
