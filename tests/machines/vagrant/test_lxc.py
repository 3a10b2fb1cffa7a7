"""Half-created LXC containers are replaced or destroyed; containers and bridges of others are never removed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kubetui.base.errors import ForeignError, RunError
from kubetui.machines.vagrant.provider import VagrantProvider
from tests.machines.vagrant.standin import Fake, drop, plan

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


async def test_our_half_created_container_is_replaced(folder: Path, fake: Fake, lxc: Callable[[], list[str]]) -> None:
    provider = VagrantProvider(plan("lxc"), folder)
    await provider.prepare()
    fake.says("up", code=1, does='touch "$here/container-lab-$2"\n')
    with pytest.raises(RunError):
        await provider.start(plan("lxc").machines[0], drop)
    assert lxc() == ["lab-kubmaster"]
    fake.says("up")
    lines: list[str] = []
    await provider.start(plan("lxc").machines[0], lines.append)
    assert lines[:2] == [
        "removing lab-kubmaster, which an interrupted start left half-made",
        "lxc-destroy --force --name lab-kubmaster",
    ]
    assert lines.index("made the bridge vlxcbr56") < [line.startswith("vagrant up ") for line in lines].index(True)
    assert lxc() == []


async def test_destroy_removes_our_half_created_container(
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


async def test_somebody_elses_container_is_never_removed(
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


@pytest.mark.skipif(shutil.which("ip") is None, reason="no ip command")
async def test_the_systems_own_bridge_is_never_removed(folder: Path, fake: Fake, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "ip"
    program.write_text('#!/bin/sh\necho "$@" >>"$FAKE_VAGRANT/ip"\n')
    program.chmod(0o755)
    for bridge in ("lxcbr0", "lo", "nosuchbridge"):
        chosen = plan("lxc", network={"options": {"lxc__bridge_name": bridge}})
        provider = VagrantProvider(chosen, folder)
        await provider.prepare()
        await provider.destroy(drop)
    assert not (fake.folder / "ip").exists()
