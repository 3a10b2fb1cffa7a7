"""The bridge of vagrant-lxc's private network, and the veth ends that removed machines leave on it.

The plugin connects a machine by a veth pair; the outer end is named after the machine's first process (`veth1pl4711`).
The kernel removes both ends with the machine's network namespace, which open connections can keep alive for a minute
after the machine. Until then its address answers, and a new machine with the same address would collide.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Sequence
from ipaddress import IPv4Interface
from pathlib import Path
from typing import Final

import psutil

from kubetui.base.process import Finished, run
from kubetui.base.scripts import typed
from kubetui.base.text import CommandText, LineSink
from kubetui.remote.output import commands_alone

_SYSTEM: Final = frozenset({"lxcbr0", "virbr0", "docker0"})
_NET: Final = Path("/sys/class/net")
_END: Final = re.compile(r"veth\d+pl(\d+)")
_LINGER: Final = 20.0
"""Seconds to wait for unattributable veth ends to disappear."""
_PAUSE: Final = 0.2


async def as_root(argv: Sequence[str], folder: Path, log: LineSink) -> Finished:
    """Run an LXC or network tool as vagrant-lxc does: with sudo, unless this process is root. `log` gets it, too."""
    words = argv if os.geteuid() == 0 else ["sudo", "-n", *argv]
    log(CommandText(typed(*words)))
    return await run(words, cwd=folder, env=os.environ, log=log)


def dead_ends(ends: Sequence[str], processes: Path = Path("/proc")) -> list[str]:
    """Return the veth ends whose machine's first process has ended."""
    found = ((end, _END.fullmatch(end)) for end in ends)
    return [end for end, match in found if match and not (processes / match.group(1)).exists()]


class Bridge:
    """One bridge of this host, by name. Leaves the system's own bridges alone."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._folder = folder

    @property
    def _there(self) -> bool:
        return self.name not in _SYSTEM and (_NET / self.name / "bridge").is_dir()

    async def cut_dead_ends(self, log: LineSink) -> None:
        """Disconnect removed machines, so that their addresses become free."""
        for end in dead_ends(self._ends()) if self._there else ():
            log(f"disconnecting {end} from {self.name}: its machine is gone")
            await as_root(["ip", "link", "delete", end], self._folder, commands_alone(log))

    async def make(self, address: IPv4Interface, log: LineSink) -> bool:
        """Create the bridge with this host's `address`, unless it exists. Return whether it exists now.

        vagrant-lxc would create it when the first machine starts, and two machines that start together would race.
        """
        own = psutil.net_if_addrs().get(self.name, [])
        if str(address.ip) in {each.address for each in own}:
            return True
        commands = (
            ("ip", "link", "add", "name", self.name, "type", "bridge"),
            # the address goes last: a bridge with its address counts as complete
            ("ip", "link", "set", self.name, "up"),
            ("ip", "address", "add", str(address), "dev", self.name),
        )
        # a bridge without this address comes from an interrupted start, or carries another network of ours
        for words in commands[1:] if (_NET / self.name).exists() else commands:
            if (await as_root(words, self._folder, log)).code:
                log(f"the bridge {self.name} is left to Vagrant, and the first machine starts alone")
                return False
        log(f"made the bridge {self.name}")
        return True

    async def remove(self, log: LineSink) -> None:
        """Remove the bridge once no running machine is connected to it; leave it if one stays connected."""
        if not self._there:
            return
        loop = asyncio.get_running_loop()
        end = loop.time() + _LINGER
        await self.cut_dead_ends(log)
        while self._ends() and loop.time() < end:
            await asyncio.sleep(_PAUSE)
            await self.cut_dead_ends(log)
        if self._ends():
            log(f"the bridge {self.name} stays: something else is connected to it")
        elif self._there:
            log(f"removing the bridge {self.name}")
            await as_root(["ip", "link", "delete", self.name], self._folder, log)

    def _ends(self) -> list[str]:
        """Return the connected veth ends; none once the bridge is gone."""
        try:
            return os.listdir(_NET / self.name / "brif")  # noqa: PTH208 - one call, so that it cannot vanish half-way
        except FileNotFoundError:
            return []
