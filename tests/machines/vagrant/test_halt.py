"""Shutting machines down: one call of Vagrant, and the machine's address is asked for again after that."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubetui.base.errors import RunError
from kubetui.engine.provider import MachineState
from kubetui.machines.vagrant.provider import VagrantProvider
from tests.machines.vagrant.standin import Fake, drop, plan, record, status

SSH = "Host kubmaster\n  HostName 127.0.0.1\n  User vagrant\n  Port 2222\n  IdentityFile /k\n"


async def test_a_machine_is_halted(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    record(folder, "kubmaster")
    fake.says("status", status(kubmaster="poweroff"))
    lines: list[str] = []
    fake.says("halt", "==> kubmaster: Attempting graceful shutdown of VM...")
    await provider.halt(plan().machines[0], lines.append)
    assert fake.calls == ["halt kubmaster --no-tty"]
    assert lines == ["vagrant halt kubmaster --no-tty", "==> kubmaster: Attempting graceful shutdown of VM..."]
    assert (await provider.states())["kubmaster"] is MachineState.STOPPED


async def test_a_halted_machines_address_is_forgotten(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    fake.says("ssh-config", SSH)
    first = plan().machines[0]
    assert (await provider.endpoint(first)).port == 2222
    await provider.halt(first, drop)
    fake.says("ssh-config", SSH.replace("2222", "2200"))
    assert (await provider.endpoint(first)).port == 2200


async def test_a_halt_that_fails_is_an_error(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    fake.says("halt", "something broke", code=1)
    await provider.prepare()
    with pytest.raises(RunError):
        await provider.halt(plan().machines[0], drop)
