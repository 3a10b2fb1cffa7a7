"""Asks a node port from this computer, on every node."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import Final

from kubetui.base.check import Check
from kubetui.base.text import clean, counted
from kubetui.profile.machine import Machine
from kubetui.steps.cluster.proof.findings import Problem, verdict

SECONDS: Final = 3.0
"""How long one connection may take."""
PATIENCE: Final = 8.0
"""How long to try again; kube-proxy opens a new port within a second or two."""
PAUSE: Final = 0.2
_LONGEST: Final = 256
AT_ONCE: Final = 32


async def ask_all(machines: Iterable[Machine], port: int) -> Mapping[str, str]:
    """Return why the port does not answer on each machine; an empty text where it does."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(machine: Machine) -> tuple[str, str]:
        async with gate:
            return machine.name, await _asked(machine, port)

    return dict(await asyncio.gather(*map(one, machines)))


async def _asked(machine: Machine, port: int) -> str:
    end = time.monotonic() + PATIENCE
    while True:
        said = [await _call(place, port, machine.name) for place in places(machine)]
        if "" in said:
            return ""
        if time.monotonic() > end:
            return said[0]
        await asyncio.sleep(PAUSE)


def places(machine: Machine) -> tuple[str, ...]:
    """Return the addresses at which this host may reach a node: its own, and an existing machine's outer one."""
    outer = str(machine.host.address) if machine.host and machine.host.address else ""
    return tuple(dict.fromkeys(filter(None, (str(machine.address), outer))))


async def _call(place: str, port: int, expected: str) -> str:
    """Connect once and read the line that the node's pod says; return what went wrong."""
    where = f"{place}:{port}"
    try:
        async with asyncio.timeout(SECONDS):
            reader, writer = await asyncio.open_connection(place, port, limit=_LONGEST)
            try:
                line = clean((await reader.readline()).decode(errors="replace").strip())
            finally:
                writer.close()
    except TimeoutError:
        return f"{where} does not answer"
    except ConnectionRefusedError:
        return f"{where} refuses the connection"
    except (OSError, ValueError) as error:
        return f"{where} cannot be asked ({error})"
    if not line:
        return f"{where} closes the connection without an answer"
    return "" if line == expected else f"{where} was answered by {line}"


def judge_ports(found: Mapping[str, str]) -> Check:
    """Check that the node port answered this host on every node."""
    problems = [Problem(f"{name}: {why}", _advice(name, why)) for name, why in found.items() if why]
    return verdict("nodeport", problems, f"a NodePort service answers this host on {counted(len(found), 'node')}")


def _advice(name: str, why: str) -> str:
    if "refuses" in why:
        return (
            f"Nothing listens for node ports on {name}: kube-proxy sets them. See its log: kubectl "
            f"--namespace=kube-system logs --selector=k8s-app=kube-proxy --prefix --tail=20 (the lines of {name})"
        )
    return (
        f"Something drops TCP ports 30000-32767 between this host and {name}: a packet filter on {name} (there: "
        "iptables-save | grep -E 'DROP|REJECT'; nft list ruleset), or a firewall or VPN on this host."
    )
