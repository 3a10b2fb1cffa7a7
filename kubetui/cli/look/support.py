"""What helps where something is wrong: `kubetui doctor`, and `kubetui support`."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import click

from kubetui.base.check import Check, blocking
from kubetui.base.errors import ExitCode, StoppedError, UsageError
from kubetui.base.files import linked
from kubetui.base.redaction import redacted
from kubetui.base.text import harmless
from kubetui.cli.asking import confirmed
from kubetui.cli.audience import say
from kubetui.cli.language.formats import Form, write_document
from kubetui.cli.options import Source
from kubetui.cli.output import check_lines
from kubetui.cli.profiles import load
from kubetui.cluster.folder import Cluster, all_names
from kubetui.host import install as installing
from kubetui.host.doctor import examine
from kubetui.operations.boxes.choice import decided
from kubetui.operations.support import collect as support
from kubetui.operations.support.write import write
from kubetui.profile.plan import Plan


def doctor(source: Source | None, form: Form, *, install: bool) -> int:
    """Check this host; see `cli.commands.doctor`."""
    plan = decided(Plan(load(source))) if source else None
    checks = asyncio.run(examine(plan))
    if form.document:
        write_document(redacted([dataclasses.asdict(check) for check in checks]), form)
    else:
        _show_checks(checks)
    if install and _installed(installing.commands(checks)):
        checks = asyncio.run(examine(plan))
        click.echo()
        _show_checks(checks)
    return ExitCode.HOST if blocking(checks) else ExitCode.OK


def _show_checks(checks: Sequence[Check]) -> None:
    for check in checks:
        click.echo("\n".join(check_lines(check)))


def _installed(commands: Sequence[str]) -> bool:
    """Show commands, and run them once the person agrees; return whether any was run.

    Raises UsageError when nobody can answer: what changes this computer itself is agreed to by a person alone.
    """
    if not commands:
        say("\nNothing is missing that a command could install.")
        return False
    say("\nThese commands install what is missing:")
    for command in commands:
        say(f"  $ {command}")
    if not sys.stdin.isatty():
        raise UsageError("Nobody can agree to them here.", fix="Run them yourself, or this in a terminal.")
    if not click.confirm("Run them now?", err=True):
        raise StoppedError("Nothing was installed.")
    for command in commands:
        say(f"$ {command}")
        installing.run(command)
    return True


def report(name: str, *, to: str | None, yes: bool) -> int:
    """Make a support report for a cluster; see `cli.look.commands.support`."""
    cluster = _found(name)
    top = f"{name}-support-{time.strftime('%Y%m%d-%H%M%S')}"
    target = Path(to or f"{top}.tar.gz")
    with tempfile.TemporaryDirectory(prefix="kubetui-support-") as folder:
        say("Collecting ...")
        collector = support.Collector(cluster, Path(folder))
        asyncio.run(collector.collect())
        _show(collector)
        confirmed(f"Write {harmless(str(target))}?", yes=yes)
        write(collector.parts, target, top)
    say(f"wrote {harmless(str(target))}")
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
    say("The report contains:")
    for part in collector.parts:
        say(f"  {part.size:>10,} bytes  {harmless(part.name):<28} {part.about}")
    for text in collector.missing:
        say(f"  not collected: {harmless(text)}")
    say("It contains no keys, kubeconfigs or host keys; stars replace everything that looks like a secret.")
    say("It stays on this host and is sent nowhere; read it before you pass it on.")
