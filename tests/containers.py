"""Containers as folders: LXC's programs are played, rsync is real."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kubetui.base.process import Finished
from kubetui.base.text import CommandText, LineSink
from kubetui.cluster import snapshots
from kubetui.cluster.folder import Cluster
from kubetui.cluster.snapshots import Snapshot
from kubetui.machines.vagrant.lxc import bridge, shares
from kubetui.machines.vagrant.snapshots import copies
from kubetui.profile.files import file as profilefile
from tests.machines.vagrant.standin import plan

LXC = """#!/usr/bin/env bash
case ${0##*/} in
  sudo) shift; exec "$@" ;;
  lxc-config) echo "$CONTAINERS" ;;
  lxc-info) cat "$CONTAINERS/$2/state" ;;
  lxc-freeze) echo FROZEN >"$CONTAINERS/$2/state" ;;
  lxc-unfreeze) echo RUNNING >"$CONTAINERS/$2/state" ;;
  lxc-stop) echo STOPPED >"$CONTAINERS/$3/state" ;;
esac
"""


PLAN = plan("lxc", machines={"workers": 1})


class Killed(BaseException):
    """kubetui is gone: nothing of it runs any more."""


@dataclass
class Host:
    """A host with the containers of the cluster lab; `dies` is the number of the program before which kubetui dies."""

    place: Path
    called: list[str] = field(default_factory=list)
    dies: int = 10**6
    names: tuple[str, ...] = tuple(f"lab-{machine.name}" for machine in PLAN.machines)

    def read(self, name: str = "lab-kubmaster", file: str = "etc/mark") -> str:
        return (self.place / name / "rootfs" / file).read_text()

    def write(self, text: str) -> None:
        for name in self.names:
            (self.place / name / "rootfs/etc/mark").write_text(text)

    def run(self, state: str) -> None:
        for name in self.names:
            (self.place / name / "state").write_text(f"{state}\n")

    def states(self) -> set[str]:
        return {(self.place / name / "state").read_text().strip() for name in self.names}

    def entries(self) -> set[str]:
        return {path.name for name in self.names for path in (self.place / name).iterdir()}

    def labels(self) -> set[str]:
        return {path.name for path in self.place.glob("*/kubetui-snapshots/*")}

    def changes(self) -> int:
        return len(self.called)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("sudo", "lxc-config", "lxc-info", "lxc-freeze", "lxc-unfreeze", "lxc-stop"):
        (programs / name).write_text(LXC)
        (programs / name).chmod(0o755)
    made = Host(tmp_path / "containers")
    for name in made.names:
        (made.place / name / "rootfs/var/lib/etcd").mkdir(parents=True)
        (made.place / name / "rootfs/etc").mkdir()
        (made.place / name / "rootfs/big").write_bytes(os.urandom(100_000))
    made.run("RUNNING")
    made.write("before")
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("CONTAINERS", str(made.place))
    real = bridge.as_root

    async def dying(argv: Sequence[str], folder: Path, log: LineSink) -> Finished:
        if made.changes() >= made.dies:
            raise Killed
        lines: list[str] = []

        def tell(line: str) -> None:
            lines.append(line)
            log(line)

        finished = await real(argv, folder, tell)
        assert isinstance(lines[0], CommandText)
        if argv[0] not in {"lxc-config", "lxc-info", "test", "du"} and "--dry-run" not in argv:
            made.called.append(" ".join(argv))
        return finished

    monkeypatch.setattr(copies, "as_root", dying)
    monkeypatch.setattr(shares, "as_root", dying)
    return made


@pytest.fixture
def lab(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """Return a cluster of two containers, as a build leaves it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    cluster = Cluster("lab")
    cluster.create()
    cluster.profile.write_text(profilefile.dump(PLAN.profile.model_copy(update={"name": "lab"})))
    cluster.kubeconfig.write_text("admin")
    for machine in PLAN.machines:
        folder = cluster.folder / ".vagrant/machines" / machine.name / "lxc"
        folder.mkdir(parents=True)
        (folder / "id").write_text(f"lab-{machine.name}")
        (folder / "index_uuid").write_text(f"uuid of {machine.name}")
    return cluster


def checkpoint(lab: Cluster, step: str, at: float) -> None:
    made = Snapshot(f"after-{step}", at, "0.1.0", "1.37", "lxc", {"kubmaster": "a"}, after=step)
    snapshots.begin(lab, made.label)
    snapshots.complete(lab, made)
