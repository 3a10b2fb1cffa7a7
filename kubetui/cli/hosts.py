"""Questions about existing machines: unknown host keys, the sudo password, which machines may be reset."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Collection, Sequence

import click

from kubetui.base.errors import StoppedError, UsageError
from kubetui.base.redaction import Secret
from kubetui.base.text import counted
from kubetui.cli.audience import say
from kubetui.cluster.folder import Cluster
from kubetui.machines.hosts.access import Access, UnknownKey, greet
from kubetui.profile.plan import Plan


class Terminal:
    """The person at the terminal, if there is one; `trusting` with --accept-host-keys."""

    def __init__(self, *, trusting: bool = False) -> None:
        self._trusting = trusting

    def accept(self, unknown: Sequence[UnknownKey]) -> bool:
        """Show the host keys and ask whether they are right."""
        if not (self._trusting or sys.stdin.isatty()):
            return False
        click.echo("These host keys are unknown on this host:", err=True)
        for key in unknown:
            click.echo(f"  {key.machine:<16} {key.kind} {key.fingerprint}", err=True)
        return self._trusting or click.confirm("Do they belong to these machines?", err=True)

    def password(self, machines: Sequence[str]) -> Secret | None:
        """Ask for the sudo password once, without showing what is typed."""
        if not sys.stdin.isatty():
            return None
        text = click.prompt(f"sudo password on {', '.join(machines)}", hide_input=True, err=True)
        return Secret(text)


def meet(plan: Plan, *, accept_host_keys: bool, moved: Collection[str] = ()) -> Access | None:
    """Connect to a plan's existing machines, asking the person; None when kubetui makes the machines itself.

    The host keys that the cluster has pinned for machines that `moved` to another place are forgotten.
    Raises HostError that lists every problem on every machine.
    """
    if plan.provider.makes_machines:
        return None
    host_keys = Cluster(plan.profile.name).host_keys
    return asyncio.run(greet(plan, host_keys, Terminal(trusting=accept_host_keys), moved))


def confirm_reset(plan: Plan, named: str | None) -> None:
    """Return if the person agrees to reset exactly these machines, or named each of them with --hosts.

    Raises UsageError when nobody can answer or the names differ from the cluster's, StoppedError when the answer is no.
    """
    name = plan.profile.name
    hosts = [machine.name for machine in plan.machines]
    command = f"kubetui destroy {name} --hosts {','.join(hosts)}"
    if named is not None:
        if sorted(named.split(",")) != sorted(hosts):
            raise UsageError(
                f"--hosts {named} does not match the hosts of {name}.", fix=f"To reset all of them: {command}"
            )
        return
    if not sys.stdin.isatty():
        message = f"The machines of {name} stay; kubetui would remove what it installed on them."
        raise UsageError(message, fix=f"To agree: {command}")
    say(f"kubetui will run kubeadm reset and remove what it installed on {counted(len(hosts), 'machine')}:")
    for machine in plan.machines:
        say(f"  {machine.name:<16} {machine.address!s:<16} {machine.role}")
    if not click.confirm(f"Reset {', '.join(hosts)}?", err=True):
        raise StoppedError("Nothing was done.")
