"""Snapshots by Vagrant's provider: one call for each machine, and nothing of a person's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubetui.base.errors import RunError
from kubetui.machines.vagrant import orphans
from kubetui.machines.vagrant.provider import VagrantProvider
from kubetui.machines.vagrant.snapshots.copies import Copies
from tests.machines.vagrant.standin import Fake, drop, plan

LIST = "==> kubmaster: \nmine\nkubetui-one\n"


@pytest.fixture
def provider(folder: Path, fake: Fake) -> VagrantProvider:
    folder.mkdir(parents=True)
    return VagrantProvider(plan(machines={"workers": 1}), folder)


async def test_each_machine_is_saved_under_a_name_of_kubetuis_own(provider: VagrantProvider, fake: Fake) -> None:
    assert provider.snapshots.halts
    assert await provider.snapshots.save("one", "", drop) is None
    assert fake.calls == [
        "snapshot save kubmaster kubetui-one --no-tty",
        "snapshot save kubnode1 kubetui-one --no-tty",
    ]


async def test_a_machine_is_brought_back_and_stays_off(provider: VagrantProvider, fake: Fake) -> None:
    fake.says("snapshot", LIST)
    await provider.snapshots.check("one")
    await provider.snapshots.restore(plan().machines[0], "one", drop)
    assert fake.calls[2:] == ["snapshot restore kubmaster kubetui-one --no-tty --no-provision --no-start"]


@pytest.mark.parametrize("label", ["two", "mine", "on"])
async def test_one_that_the_provider_does_not_have_is_said(provider: VagrantProvider, fake: Fake, label: str) -> None:
    fake.says("snapshot", LIST)
    with pytest.raises(RunError, match=f"kubmaster has no snapshot kubetui-{label}"):
        await provider.snapshots.check(label)
    assert fake.calls == ["snapshot list kubmaster --no-tty"]


async def test_it_is_removed_from_the_machines_that_have_it(provider: VagrantProvider, fake: Fake) -> None:
    fake.says("snapshot", does="[[ $2 != list || $3 != kubnode1 ]] || echo kubetui-one\n")
    await provider.snapshots.remove("one", drop)
    assert fake.calls == [
        "snapshot list kubmaster --no-tty",
        "snapshot list kubnode1 --no-tty",
        "snapshot delete kubnode1 kubetui-one --no-tty",
    ]


def test_containers_have_copies(folder: Path) -> None:
    assert isinstance(VagrantProvider(plan("lxc"), folder).snapshots, Copies)
    assert not VagrantProvider(plan("lxc"), folder).snapshots.halts


def test_a_vagrant_that_saves_is_waited_for() -> None:
    assert "snapshot" in orphans.WORKS
