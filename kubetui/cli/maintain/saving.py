"""The commands that save a cluster and bring it back. Each imports what it needs when it runs, as in `cli.main`."""

from __future__ import annotations

from dataclasses import replace

import click

from kubetui.cli.exits import friendly
from kubetui.cli.language import names
from kubetui.cli.language.common import cluster, shown, yes
from kubetui.cli.language.formats import LISTS, Form, formatted
from kubetui.cli.language.tree import Command, Group
from kubetui.cli.options import UpOptions

_DAY_TWO = "Day two"


@click.group(
    cls=Group,
    section=_DAY_TWO,
)
def snapshot() -> None:
    """Save all machines of a cluster at one moment, and bring them back."""


@snapshot.command(
    examples=(("kubetui snapshot save lab good", "Save it as good"),),
)
@cluster
@click.argument("label", required=False)
@shown
@friendly
def save(name: str, label: str | None, *, options: UpOptions) -> int:
    """Save all machines of a cluster as LABEL, by default the time.

    Containers are frozen for some seconds and copied; other machines are shut down, saved by their provider, and
    started again.
    """
    from kubetui.cli.maintain.snapshots import save as command

    return command(name, label, options)


@snapshot.command(
    name="list",
    examples=(
        ("kubetui snapshot list lab", "List them"),
        ("kubetui snapshot list lab -o name", "Only their labels, for a script"),
    ),
)
@cluster
@formatted(*LISTS)
@friendly
def list_(name: str, *, form: Form) -> int:
    """List the snapshots of a cluster, the newest first."""
    from kubetui.cli.maintain.snapshots import show as command

    return command(name, form)


@snapshot.command(
    examples=(
        ("kubetui snapshot restore lab good", "Bring all machines back to good"),
        ("kubetui snapshot restore lab --before init", "Back to before kubeadm init, with up --checkpoints"),
    ),
)
@cluster
@click.argument("label", required=False, shell_complete=names.snapshots)
@click.option(
    "--before",
    metavar="STEP",
    shell_complete=names.steps,
    help="The newest checkpoint from before STEP, for example init.",
)
@yes
@shown
@friendly
def restore(name: str, label: str | None, *, before: str | None, yes: bool, options: UpOptions) -> int:
    """Bring all machines of a cluster back to a snapshot, repair what the pause broke, and check that it works.

    What happened since then is lost. A checkpoint of kubetui up --checkpoints is only started: kubetui up goes on.
    """
    from kubetui.cli.maintain.snapshots import restore as command

    return command(name, label, before, replace(options, yes=yes))


@snapshot.command(
    name="remove",
    examples=(("kubetui snapshot remove lab good", "Remove one"),),
)
@cluster
@click.argument("label", shell_complete=names.snapshots)
@yes
@friendly
def remove_snapshot(name: str, label: str, *, yes: bool) -> int:
    """Remove a snapshot of a cluster."""
    from kubetui.cli.maintain.snapshots import remove as command

    return command(name, label, yes=yes)


@click.command(
    cls=Command,
    section=_DAY_TWO,
    examples=(("kubetui backup lab --to lab.tar", "Save it in a file"),),
)
@cluster
@click.option(
    "--to", "to", required=True, metavar="FILE", type=click.Path(), help="The file to write; it must not exist."
)
@shown
@friendly
def backup(name: str, *, to: str, options: UpOptions) -> int:
    """Save a cluster in FILE: etcd with all its objects, the keys of its authorities, and its profile.

    FILE is as secret as the cluster. What pods keep on their machines is not in it: volumes, images, logs.
    """
    from kubetui.cli.maintain.backup import backup as command

    return command(name, to, options)


@click.command(
    "restore-backup",
    cls=Command,
    section=_DAY_TWO,
    examples=(
        ("kubetui restore-backup lab.tar", "Make the same cluster again"),
        (
            "kubetui restore-backup lab.tar other --first-address 192.168.57.11",
            "Make another one of it, beside the first",
        ),
    ),
)
@click.argument("file", type=click.Path())
@click.argument("name", default="")
@click.option(
    "--first-address", default="", metavar="ADDRESS", help="The first machine's address, if it is to be another."
)
@yes
@shown
@friendly
def restore_backup(file: str, name: str, *, first_address: str, yes: bool, options: UpOptions) -> int:
    """Make the cluster in FILE again, on new machines, perhaps under another NAME.

    If it exists, its machines are destroyed first. What will happen is shown before.
    """
    from kubetui.cli.maintain.backup import restore as command

    return command(file, name, first_address, replace(options, yes=yes))


COMMANDS = (snapshot, backup, restore_backup)
