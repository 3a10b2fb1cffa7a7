"""`kubetui support`: collect, list the contents, ask, write."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

import click

from kubetui.base.errors import UsageError
from kubetui.base.files import linked
from kubetui.base.text import harmless
from kubetui.cli.asking import confirmed
from kubetui.cluster.folder import Cluster, all_names
from kubetui.operations.support import collect as support
from kubetui.operations.support.write import write


def report(name: str, *, output: str | None, yes: bool) -> int:
    """Make a support report for a cluster; see `cli.main.support`."""
    cluster = _found(name)
    top = f"{name}-support-{time.strftime('%Y%m%d-%H%M%S')}"
    target = Path(output or f"{top}.tar.gz")
    with tempfile.TemporaryDirectory(prefix="kubetui-support-") as folder:
        click.echo("Collecting ...", err=True)
        collector = support.Collector(cluster, Path(folder))
        asyncio.run(collector.collect())
        _show(collector)
        confirmed(f"Write {harmless(str(target))}?", yes=yes)
        write(collector.parts, target, top)
    click.echo(f"wrote {harmless(str(target))}")
    return 0


def _found(name: str) -> Cluster:
    """Return a cluster, even a damaged one. Raises UsageError that lists the clusters."""
    cluster = Cluster(name)
    if cluster.folder.is_symlink():
        raise linked(cluster.folder)
    if not cluster.folder.is_dir():
        names = ", ".join(all_names()) or "there are none yet"
        raise UsageError(f"There is no cluster {name}.", fix=f"Clusters: {names}.")
    return cluster


def _show(collector: support.Collector) -> None:
    click.echo("The report contains:")
    for part in collector.parts:
        click.echo(f"  {part.size:>10,} bytes  {harmless(part.name):<28} {part.about}")
    for text in collector.missing:
        click.echo(f"  not collected: {harmless(text)}")
    click.echo("It contains no keys, kubeconfigs or host keys; stars replace everything that looks like a secret.")
    click.echo("It stays on this host and is sent nowhere; read it before you pass it on.")
