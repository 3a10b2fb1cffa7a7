"""Destroying machines: those recorded in the cluster's folder, and no others."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kubetui.base.text import LineSink
from kubetui.machines.vagrant.lxc.bridge import Bridge
from kubetui.machines.vagrant.provider import VagrantProvider
from tests.machines.vagrant.standin import Fake, drop, plan, record


async def test_destroy_without_machines_does_not_call_vagrant(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    await provider.destroy(drop)
    await VagrantProvider(plan(), folder / "never").destroy(drop)
    assert fake.calls == []


async def test_destroy_removes_all_recorded_machines(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    record(folder, "kubnode2")
    (folder / "Vagrantfile").unlink()
    await VagrantProvider(plan(machines={"workers": 0}), folder).destroy(drop)
    assert fake.calls == ["destroy --force --parallel --no-tty"]


async def test_a_failed_destroy_is_retried_machine_by_machine(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    known = record(folder, "kubmaster")
    fake.says("destroy", code=1, does=f'[[ $3 == --no-parallel ]] && {{ rm "{known}"; exit 0; }}\n')
    await provider.destroy(drop)
    assert fake.calls == ["destroy --force --parallel --no-tty", "destroy --force --no-parallel --no-tty"]


async def test_a_container_that_does_not_halt_is_ended_before_the_second_try(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan("lxc", machines={"workers": 0}), folder)
    await provider.prepare()
    known = record(folder, "kubmaster", "lxc")
    for name in ("lxc-unfreeze", "lxc-stop"):
        program = Path(shutil.which("vagrant") or "").parent / name
        program.write_text(f'#!/bin/bash\necho "${{0##*/}} $*" >>"{folder}/ended"\n')
        program.chmod(0o755)
    # as vagrant-lxc does with a container that is frozen, or whose systemd does not answer halt
    fake.says("destroy", code=1, does=f'[[ -e "{folder}/ended" ]] && {{ rm "{known}"; exit 0; }}\n')
    await provider.destroy(drop, ["kubmaster"])
    assert (folder / "ended").read_text().splitlines() == [
        "lxc-unfreeze --name lab-kubmaster",
        "lxc-stop --kill --name lab-kubmaster",
    ]
    assert not known.exists()


async def test_destroying_named_machines_keeps_the_others(
    folder: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(place: Path, log: LineSink) -> None:
        raise AssertionError("it may be at work on a machine that stays")

    monkeypatch.setattr("kubetui.machines.vagrant.orphans.interrupt", interrupt)
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    for name in ("kubmaster", "kubnode1", "kubnode2"):
        record(folder, name)
    marks = folder / "starting"
    marks.mkdir()
    (marks / "kubmaster").touch()
    (marks / "kubnode1").touch()
    await provider.destroy(drop, ["kubnode1", "kubnode2"])
    assert fake.calls == ["destroy --force kubnode1 kubnode2 --parallel --no-tty"]
    assert [mark.name for mark in marks.iterdir()] == ["kubmaster"]


async def test_vagrant_is_not_called_for_machines_that_it_never_created(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    record(folder, "kubmaster")
    await provider.destroy(drop, ["kubnode1", "another"])
    await provider.destroy(drop, [])
    assert fake.calls == []


@pytest.mark.parametrize(
    ("names", "removed", "cut"),
    [(["kubnode1", "kubnode2"], [], ["vlxcbr56"]), (["gone"], [], ["vlxcbr56"]), (None, ["vlxcbr56"], [])],
)
async def test_a_bridge_stays_while_a_machine_uses_it(
    folder: Path,
    fake: Fake,
    monkeypatch: pytest.MonkeyPatch,
    names: list[str] | None,
    removed: list[str],
    cut: list[str],
) -> None:
    gone: list[str] = []
    freed: list[str] = []

    async def remove(bridge: Bridge, log: LineSink) -> None:
        gone.append(bridge.name)

    async def cut_dead_ends(bridge: Bridge, log: LineSink) -> None:
        freed.append(bridge.name)

    monkeypatch.setattr(Bridge, "remove", remove)
    monkeypatch.setattr(Bridge, "cut_dead_ends", cut_dead_ends)
    provider = VagrantProvider(plan("lxc"), folder)
    await provider.prepare()
    record(folder, "kubmaster", "lxc")
    await provider.destroy(drop, names)
    assert (gone, freed) == (removed, cut)
