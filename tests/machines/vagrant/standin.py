"""A stand-in for the vagrant program, with its output and the files it leaves; tests/e2e runs the real one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile

FAKE = Path(__file__).parents[2] / "data" / "vagrant"

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
    """Configures the stand-in and records its calls."""

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


def standing_in(place: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Put the stand-in into PATH."""
    folder = place / "fake"
    folder.mkdir()
    programs = place / "bin"
    programs.mkdir()
    (programs / "vagrant").symlink_to(FAKE)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_VAGRANT", str(folder))
    return Fake(folder)


def status(**states: str) -> str:
    """Return what `vagrant status --machine-readable` prints for machines in these states."""
    lines = ("1763824000,{0},provider-name,x\n1763824000,{0},state,{1}\n".format(*each) for each in states.items())
    return "".join(lines)


def record(folder: Path, machine: str, provider: str = "virtualbox") -> Path:
    """Create Vagrant's record of an existing machine."""
    path = folder / ".vagrant" / "machines" / machine / provider / "id"
    path.parent.mkdir(parents=True)
    path.write_text("0")
    return path


def built(home: Path) -> tuple[Path, Path]:
    """Put the stand-in and a one-machine cluster into a home; return the cluster's folder and Vagrant's record."""
    (home / "vagrant").symlink_to(FAKE)
    cluster = home / ".local/state/kubetui/clusters/lab"
    made = record(cluster, "kubmaster")
    (cluster / "machines.json").write_text('{"provider": "virtualbox", "machines": [{"name": "kubmaster"}]}')
    (cluster / "profile.yaml").write_text("schema: 1\nname: lab\nprovider: virtualbox\n")
    return cluster, made


def drop(_line: str) -> None:
    pass
