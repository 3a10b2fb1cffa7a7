"""`kubetui kubeconfig`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from kubetui.base.errors import UsageError
from kubetui.base.files import named
from kubetui.cluster.folder import existing
from kubetui.cluster.kubeconfig import default_path, merge


def kubeconfig(name: str, *, merging: bool, into: str | None) -> int:
    """Print the line that points kubectl at a cluster, or merge its kubeconfig; see `cli.main.kubeconfig`."""
    cluster = existing(name)
    if into is not None and not merging:
        raise UsageError("--into only works with --merge.", fix=f"Run: kubetui kubeconfig {name} --merge --into {into}")
    if not cluster.kubeconfig.exists():
        raise UsageError(
            f"{name} has no kubeconfig yet: its control plane has never been ready.",
            fix=f"Resume with: kubetui up {name}",
            id="KUBECONFIG",
        )
    if not merging:
        click.echo(f"export KUBECONFIG={shlex.quote(str(cluster.kubeconfig))}")
        return 0
    path = Path(into) if into else default_path()
    if path.resolve() == cluster.kubeconfig.resolve():
        raise UsageError(f"{path} is the cluster's own kubeconfig.", fix="Choose another file with --into.")
    with named(path):
        done = merge(cluster.kubeconfig, name, path)
    if not done.changed:
        click.echo(f"{done.path} already has the context {name}; nothing changed.")
        return 0
    click.echo(f"{done.path} now has the context {name}: kubectl --context={name} get nodes")
    if done.backup:
        click.echo(f"Backup of the file, comments included: {done.backup}")
    return 0
