"""`kubetui kubeconfig` and `kubetui ssh`: the ways into a cluster."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import click

from kubetui.base.errors import HostError, UsageError
from kubetui.base.files import named
from kubetui.cli.audience import say
from kubetui.cluster.folder import existing


def kubeconfig(name: str, *, export: bool, merging: bool, into: str | None) -> int:
    """Print a cluster's kubeconfig or the line that names it, or merge it; see `cli.look.commands.kubeconfig`."""
    from kubetui.operations.context import merge

    cluster = existing(name)
    if into is not None and not merging:
        raise UsageError("--into only works with --merge.", fix=f"Run: kubetui kubeconfig {name} --merge --into {into}")
    if not merging and not cluster.kubeconfig.exists():
        raise UsageError(
            f"{name} has no kubeconfig yet: its control plane has never been ready.",
            fix=f"Resume with: kubetui start {name}",
            id="KUBECONFIG",
        )
    if export:
        click.echo(f"export KUBECONFIG={shlex.quote(str(cluster.kubeconfig))}")
        return 0
    if not merging:
        with named(cluster.kubeconfig):
            click.echo(cluster.kubeconfig.read_text(encoding="utf-8"), nl=False)
        return 0
    with named(Path(into) if into else cluster.kubeconfig):
        done = merge(cluster, Path(into) if into else None)
    if not done.changed:
        say(f"{done.path} already has the context {name}; nothing changed.")
        return 0
    say(f"{done.path} now has the context {name}: kubectl --context={name} get nodes")
    if done.backup:
        say(f"Backup of the file, comments included: {done.backup}")
    return 0


def ssh(name: str, machine: str, command: tuple[str, ...]) -> int:
    """Become a shell or a command on a machine; see `cli.look.commands.ssh`."""
    from kubetui.operations.observe import shell_command

    watched = sys.stdin.isatty() and sys.stdout.isatty()
    shell = shell_command(existing(name), machine, command, terminal=watched)
    os.chdir(shell.folder)
    try:
        # in place of this process: the terminal, its signals and the exit code are the command's
        os.execvpe(shell.argv[0], shell.argv, shell.environment)  # noqa: S606 - without a shell is the point
    except FileNotFoundError:
        raise HostError(f"This host has no {shell.argv[0]}.", fix="Install OpenSSH's client.", id="HOST") from None
