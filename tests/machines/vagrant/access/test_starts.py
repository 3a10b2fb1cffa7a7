"""What a start is told of disks, and what it and the checks of this host need of ports and folders."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubetui.base.errors import HostError, RunError
from kubetui.base.system import Installer, System
from kubetui.machines.vagrant.access import checks
from kubetui.machines.vagrant.provider import VagrantProvider
from kubetui.profile.plan import Plan
from tests.machines.vagrant.standin import STATUS, Fake, drop, plan, record

DEBIAN = System(Installer.APT, "debian", "12", "bookworm")
ENVIRONMENT = 'echo "${KUBETUI_DISKS-none} ${VAGRANT_EXPERIMENTAL-none}" >>"$here/told"\n'


def told(fake: Fake) -> list[str]:
    return (fake.folder / "told").read_text().splitlines()


async def test_disks_are_made_with_the_machine_and_never_after(folder: Path, fake: Fake) -> None:
    chosen = plan(machines={"worker": {"disks": [{"size": 1024}]}})
    provider = VagrantProvider(chosen, folder)
    await provider.prepare()
    master, node, _ = chosen.machines
    fake.says("up", code=1, does=ENVIRONMENT)
    with pytest.raises(RunError):
        await provider.start(node, drop)
    # cut off while it was made: the restart goes on with that
    record(folder, "kubnode1")
    fake.says("reload", does=ENVIRONMENT)
    await provider.start(node, drop)
    fake.says("up", does=ENVIRONMENT)
    fake.says("status", STATUS)
    again = VagrantProvider(chosen, folder)
    await again.states()
    await again.start(node, drop)
    await again.start(master, drop)
    assert told(fake) == ["1 disks", "1 disks", "none none", "none none"]


async def test_a_machine_does_not_start_without_its_folder(folder: Path, fake: Fake, tmp_path: Path) -> None:
    data = tmp_path / "data"
    chosen = plan("lxc", machines={"folders": [{"host": str(data), "guest": "/srv/data"}]})
    provider = VagrantProvider(chosen, folder)
    await provider.prepare()
    with pytest.raises(HostError, match=f"There is no folder {data}") as refused:
        await provider.start(chosen.machines[0], drop)
    assert (refused.value.id, refused.value.fix) == ("HOST-FOLDER", "Make it, or correct machines.folders.")
    assert not [call for call in fake.calls if call.startswith("up")]
    data.write_text("")
    with pytest.raises(HostError, match="is not a folder"):
        await provider.start(chosen.machines[0], drop)


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def found(chosen: Plan, *missing: str) -> dict[str, tuple[str, str]]:
    machines = [machine for machine in chosen.machines if machine.name in missing]
    return {check.name: (check.status, check.message) for check in await checks.of_plan(chosen, machines, DEBIAN)}


async def test_a_taken_port_is_told_before_its_machine_is_made(taken: int) -> None:
    chosen = plan(machines={"ports": [{"host": taken, "to": 80}]})
    status, message = (await found(chosen, "kubmaster"))[f"Port {taken}"]
    assert (status, message) == ("failed", f"This host cannot listen at 127.0.0.1:{taken}: Address already in use.")
    # the machine itself listens there, once it runs
    assert await found(chosen, "kubnode1") == {}


async def test_a_free_port_is_free_again_after_the_check(taken: int) -> None:
    chosen = plan(machines={"ports": [{"host": taken, "to": 80, "listen": "127.0.0.2"}]})
    for _ in range(2):
        assert await found(chosen, "kubmaster") == {f"Port {taken}": ("ok", f"127.0.0.2:{taken} is free")}


@pytest.mark.parametrize("provider", ["virtualbox", "lxc"])
async def test_a_folder_and_what_copies_it_are_looked_for(
    provider: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders: list[Any] = [{"host": str(tmp_path / name), "guest": f"/srv/{name}"} for name in ("here", "gone")]
    (tmp_path / "here").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path))
    chosen = plan(provider, machines={"folders": folders})
    seen = await found(chosen, "kubmaster")
    assert seen["Folder /srv/here"] == ("ok", f"{tmp_path}/here is there")
    assert seen["Folder /srv/gone"] == ("failed", f"There is no folder {tmp_path}/gone.")
    rsync = ("failed", "rsync, by which Vagrant copies folders, is not on this host.")
    assert seen.get("rsync") == (rsync if provider == "virtualbox" else None)
    # machines that exist need it at their next start
    assert (await found(chosen))["Folder /srv/gone"][0] == "warning"
