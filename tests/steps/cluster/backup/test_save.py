"""A cluster is saved from the first control plane that can, and only what came whole becomes a backup."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kubetui.base.text import LineSink
from kubetui.cluster import backup
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Outcome
from kubetui.engine.provider import MachineState
from kubetui.profile.files import file as profilefile
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.remote.command import Command
from kubetui.remote.endpoint import Endpoint
from kubetui.remote.node import Node, Result
from kubetui.remote.pieces import GET
from kubetui.steps.cluster.backup import save
from tests.cluster.test_backup import KEYS, snapshot
from tests.fakes import Bench, FakeNode

STATUS = {"hash": 1, "revision": 1234, "totalKey": 987, "totalSize": 2048, "version": "3.7.0"}


@dataclass
class Saving(FakeNode):
    """A control plane that has saved etcd in a file of this host's."""

    saved: Path = Path()
    version: str = "1.37.2"
    keys: dict[str, bytes] = field(default_factory=lambda: KEYS)

    async def read(self, command: Command, log: LineSink | None = None) -> str:
        data = self.saved.read_bytes()
        if command.script == GET:
            return base64.b64encode(gzip.compress(data)).decode()
        if command.script == save.KEYS:
            return "".join(f"{name} {base64.b64encode(text).decode()}\n" for name, text in self.keys.items())
        return f"{self.version}\n3.7.0\n{len(data)}\n{json.dumps(STATUS)}\n"


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    Cluster("lab").create()
    snapshot(tmp_path)
    return tmp_path / "lab.tar"


def bench(target: Path, *nodes: FakeNode) -> Bench:
    """Return a run that saves a cluster of these control planes."""
    machines = {"control_planes": len(nodes), "workers": 1}
    network = {"control_plane_endpoint": "192.168.56.5"}
    plan = Plan(Profile.model_validate({"name": "lab", "provider": "lxc", "machines": machines, "network": network}))
    found = dict(zip((machine.name for machine in plan.machines), nodes, strict=False))
    made = Bench(plan, save.saving(target))

    async def connect(machine: Machine, endpoint: Endpoint, log: LineSink) -> Node:
        del endpoint, log
        return found[machine.name]

    made.run.connect = connect
    return made


def backups(target: Path) -> list[Path]:
    """Return what there is of a backup, whole or half."""
    return list(target.parent.glob(f"*{target.name}*"))


async def test_a_backup_has_what_the_control_plane_says(target: Path) -> None:
    node = Saving(saved=target.parent / "snapshot")
    made = bench(target, node)
    assert (await made.execute()).ok
    found = backup.read(target)
    assert found.profile.decode() == profilefile.dump(made.plan.profile)
    manifest = found.manifest
    assert (manifest.cluster, manifest.machine, manifest.kubernetes) == ("lab", "kubmaster", "1.37.2")
    assert (manifest.revision, manifest.keys, manifest.etcd) == (1234, 987, "3.7.0")
    assert any(line.startswith(f"wrote {target}, 0.0 MB.") for line in made.lines())
    # nothing stays, on the machine or here
    assert node.calls[-1] == f"run {save._REMOVE}"
    assert [path.name for path in Cluster("lab").folder.iterdir()] == ["logs"]


async def test_the_next_control_plane_is_asked_where_one_cannot(target: Path) -> None:
    sick = Saving(saved=target.parent / "snapshot", applies=[Result(1, ("error: etcd is not healthy",))])
    nodes = (Saving(), sick, Saving(saved=target.parent / "snapshot"))
    made = bench(target, *nodes)
    made.provider.known = {"kubmaster": MachineState.STOPPED}
    assert (await made.execute()).ok
    assert backup.read(target).manifest.machine == "kubmaster3"
    outcomes = ["unchanged", "unchanged", "done"]
    assert [made.finished()[f"{name}/save-etcd"] for name in ("kubmaster", "kubmaster2", "kubmaster3")] == outcomes
    assert nodes[0].calls == []


async def test_only_one_of_them_saves(target: Path) -> None:
    nodes = [Saving(saved=target.parent / "snapshot") for _ in range(3)]
    assert (await bench(target, *nodes).execute()).ok
    assert [bool(node.calls) for node in nodes] == [True, False, False]


async def test_where_none_can_it_fails_with_the_last_ones_reason(target: Path) -> None:
    nodes = [Saving(applies=[Result(1, ("error: etcd does not run on this machine",))]) for _ in range(2)]
    made = bench(target, *nodes)
    assert not (await made.execute()).ok
    assert "etcd does not run on this machine" in made.failure().error
    assert made.finished()["kubmaster2/save-etcd"] is Outcome.FAILED
    assert backups(target) == []


@pytest.mark.parametrize(
    ("size", "version", "said"),
    [(2000, "1.37.2", "its checksum is another one"), (2080, "latest", "does not say what a backup has to name")],
)
async def test_what_is_not_whole_becomes_no_backup(target: Path, size: int, version: str, said: str) -> None:
    path = target.parent / "snapshot"
    path.write_bytes(path.read_bytes()[:size])
    made = bench(target, Saving(saved=path, version=version))
    assert not (await made.execute()).ok
    assert said in made.failure().error
    assert made.failure().error_id == "BACKUP-SNAPSHOT"
    assert backups(target) == []


async def test_a_place_that_was_taken_meanwhile_is_not_overwritten(target: Path) -> None:
    taken = target.parent / "state"
    made = bench(taken, Saving(saved=target.parent / "snapshot"))
    assert not (await made.execute()).ok
    assert made.failure().error_id == "BACKUP-EXISTS"
    assert backups(taken) == [taken]
