"""`kubetui snapshot`."""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict

from kubetui.base.errors import ExitCode, UsageError
from kubetui.cli.asking import confirmed
from kubetui.cli.audience import awaited, say
from kubetui.cli.clusters import run, settled
from kubetui.cli.language.formats import Form, Table, write_document, write_table
from kubetui.cli.maintain.running import watched
from kubetui.cli.options import UpOptions
from kubetui.cluster import snapshots
from kubetui.cluster.folder import existing
from kubetui.operations.maintain import snapshots as operation
from kubetui.profile.files import file as profilefile


def save(name: str, label: str | None, options: UpOptions) -> int:
    """Save a snapshot; see `cli.maintain.saving.save`."""
    cluster = existing(name)
    halts = operation.halting(cluster)
    label = operation.free_label(cluster, label)
    began = halts and asyncio.run(operation.runs(cluster))
    code = watched(options, lambda sink, stop: operation.save(cluster, label, sink, stop))
    if code == ExitCode.OK and not options.quiet:
        say(f"Saved as {label}. Bring it back with: kubetui snapshot restore {name} {label}")
    if began:
        started = run(settled(profilefile.load_built(cluster), options), name, options)
        return code if code != ExitCode.OK else started
    return code


def show(name: str, form: Form) -> int:
    """List snapshots; see `cli.maintain.saving.list_`."""
    shelf = snapshots.read(existing(name))
    if form.document:
        document = {
            "cluster": name,
            "snapshots": [asdict(each) for each in shelf.whole],
            "damaged": dict(shelf.damaged),
        }
        write_document(document, form)
        return ExitCode.OK
    rows = [
        (
            each.label,
            time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(each.at)),
            each.size,
            each.kubernetes,
            f"after the step {each.after}" if each.after else "saved",
            ", ".join(each.machines),
        )
        for each in shelf.whole
    ]
    rows += [(label, "-", "-", "-", f"cannot be read: {why}", "-") for label, why in shelf.damaged.items()]
    write_table(Table(("LABEL", "SAVED", "SIZE", "KUBERNETES", "WHAT IT IS", "MACHINES"), rows, more=1), form)
    if not shelf.labels:
        say(f"{name} has no snapshots. Save one with: kubetui snapshot save {name}")
    return ExitCode.OK


def restore(name: str, label: str | None, before: str | None, options: UpOptions) -> int:
    """Bring a snapshot back; see `cli.maintain.saving.restore`."""
    if (label is None) is (before is None):
        raise UsageError("Name a snapshot, or a step with --before.", fix=f"kubetui snapshot list {name}")
    cluster = existing(name)
    found = operation.before(cluster, before) if before else snapshots.read(cluster).find(label or "")
    operation.refuse_others(cluster, found)
    for line in found.losses(time.time()):
        say(f"  {line}")
    confirmed(f"Bring {name} back to {found.label}?", yes=options.yes)
    code = watched(options, lambda sink, stop: operation.restore(cluster, found, sink, stop))
    if code != ExitCode.OK:
        return code
    if found.after:
        say(f"{name} is as it was after the step {found.after}. Go on with: kubetui start {name}")
        return code
    return run(settled(profilefile.load_built(cluster), options), name, options)


def remove(name: str, label: str, *, yes: bool) -> int:
    """Remove a snapshot; see `cli.maintain.saving.remove_snapshot`."""
    cluster = existing(name)
    shelf = snapshots.read(cluster)
    if label not in shelf.damaged:
        shelf.find(label)
    confirmed(f"Remove the snapshot {label} of {name}?", yes=yes)
    awaited(lambda: operation.remove(cluster, label, say))
    say(f"The snapshot {label} of {name} is gone.")
    return ExitCode.OK
