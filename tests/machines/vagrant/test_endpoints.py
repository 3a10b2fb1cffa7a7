"""SSH endpoints of machines, from `vagrant ssh-config`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kubetui.base.errors import RunError
from kubetui.machines.vagrant import commandline
from kubetui.machines.vagrant.provider import VagrantProvider
from kubetui.remote.endpoint import Endpoint
from tests.machines.vagrant.standin import Fake, drop, plan

SSH_CONFIG = """\
Host {name}
  HostName 10.0.3.{last}
  User vagrant
  Port 22
  UserKnownHostsFile /dev/null
  StrictHostKeyChecking no
  PasswordAuthentication no
  IdentityFile /first/key
  IdentityFile "/second key"
  IdentitiesOnly yes
  LogLevel FATAL

"""


async def test_one_call_returns_the_endpoints_of_all_running_machines(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    for machine in plan().machines:
        await provider.start(machine, drop)
    names = ("kubmaster", "kubnode1", "kubnode2")
    fake.says("ssh-config", "a warning\n" + "".join(SSH_CONFIG.format(name=name, last=len(name)) for name in names))
    found = await asyncio.gather(*map(provider.endpoint, plan().machines))
    keys = (Path("/first/key"), Path("/second key"))
    assert found[0] == Endpoint("10.0.3.9", 22, "vagrant", keys)
    assert found[1] == Endpoint("10.0.3.8", 22, "vagrant", keys)
    assert await provider.endpoint(plan().machines[2]) == found[2]
    assert fake.calls[3:] == ["ssh-config kubmaster kubnode1 kubnode2 --no-tty"]


async def test_an_endpoint_is_read_again_after_a_start(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    machine = plan().machines[0]
    fake.says("ssh-config", SSH_CONFIG.format(name="kubmaster", last=1))
    assert (await provider.endpoint(machine)).host == "10.0.3.1"
    fake.says("ssh-config", SSH_CONFIG.format(name="kubmaster", last=2))
    await provider.start(machine, drop)
    assert (await provider.endpoint(machine)).host == "10.0.3.2"


async def test_a_stopped_machine_does_not_hide_the_endpoints_of_others(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    fake.says("ssh-config", SSH_CONFIG.format(name="kubmaster", last=1) + "The provider is not yet ready", code=1)
    assert (await provider.endpoint(plan().machines[0])).host == "10.0.3.1"


def test_an_ssh_config_without_an_address_is_an_error() -> None:
    with pytest.raises(RunError, match="how to reach m: 'HostName'"):
        commandline.parse_ssh_config(["Host m", "  User vagrant", "  Port 22"])
