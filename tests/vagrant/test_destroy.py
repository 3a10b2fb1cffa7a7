"""Machines go away: those that the folder knows, and no others."""

from __future__ import annotations

from pathlib import Path

from kubetui.providers.vagrant import VagrantProvider
from tests.vagrant.standin import Fake, drop, plan, record


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


async def test_machines_that_could_not_go_together_go_one_by_one(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    known = record(folder, "kubmaster")
    fake.says("destroy", code=1, does=f'[[ $3 == --no-parallel ]] && {{ rm "{known}"; exit 0; }}\n')
    await provider.destroy(drop)
    assert fake.calls == ["destroy --force --parallel --no-tty", "destroy --force --no-parallel --no-tty"]
