"""What the command line asks about existing machines: whose keys these are, sudo's password, what may be reset."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Collection, Sequence

import click

from kubetui.base.errors import StoppedError, UsageError
from kubetui.base.redaction import Secret
from kubetui.base.text import counted
from kubetui.cluster.folder import Cluster
from kubetui.machines.hosts.access import Access, UnknownKey, greet
from kubetui.profile.plan import Plan


class Terminal:
    """The person at the terminal, if there is one; `trusting` where they vouched for every key beforehand."""

    def __init__(self, *, trusting: bool = False) -> None:
        self._trusting = trusting

    def accept(self, unknown: Sequence[UnknownKey]) -> bool:
        """Show the keys and ask."""
        if not (self._trusting or sys.stdin.isatty()):
            return False
        click.echo("These host keys are not known here yet:", err=True)
        for key in unknown:
            click.echo(f"  {key.machine:<16} {key.kind} {key.fingerprint}", err=True)
        return self._trusting or click.confirm("Are they the machines' own?", err=True)

    def password(self, machines: Sequence[str]) -> Secret | None:
        """Ask once, without showing what is typed."""
        if not sys.stdin.isatty():
            return None
        text = click.prompt(f"sudo's password on {', '.join(machines)}", hide_input=True, err=True)
        return Secret(text)


def meet(plan: Plan, *, accept_host_keys: bool, moved: Collection[str] = ()) -> Access | None:
    """Find the way into a plan's machines, asking the person; None where kubetui makes them itself.

    The keys that the cluster has pinned for machines that `moved` to another place are not theirs any more.
    Raises HostError with everything that keeps any machine from being used.
    """
    if plan.provider.makes_machines:
        return None
    keys = Cluster(plan.profile.name).host_keys
    return asyncio.run(greet(plan, keys, Terminal(trusting=accept_host_keys), moved))


def confirm_reset(plan: Plan, named: str | None) -> None:
    """Go on if the person agrees to the reset of these very machines, or has named each on the command line.

    Raises UsageError where no one can answer or the names are not the cluster's, StoppedError where the answer is no.
    """
    name = plan.profile.name
    hosts = [machine.name for machine in plan.machines]
    command = f"kubetui destroy {name} --hosts {','.join(hosts)}"
    if named is not None:
        if sorted(named.split(",")) != sorted(hosts):
            raise UsageError(f"The hosts of {name} are others than {named}.", fix=f"To reset them all: {command}")
        return
    if not sys.stdin.isatty():
        message = f"The machines of {name} are yours and stay; what kubetui installed there would be removed."
        raise UsageError(message, fix=f"If that is what you want: {command}")
    click.echo(f"kubeadm reset, and what kubetui installed removed, on {counted(len(hosts), 'machine')}:")
    for machine in plan.machines:
        click.echo(f"  {machine.name:<16} {machine.address!s:<16} {machine.role}")
    if not click.confirm(f"Reset {', '.join(hosts)}?"):
        raise StoppedError("Nothing was done.")
