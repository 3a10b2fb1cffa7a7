"""The commands and their flags. Each imports what it needs when it runs, as in `cli.main`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce, wraps

import click

from kubetui.cli.exits import friendly
from kubetui.cli.options import UpOptions

Command = Callable[..., None]
_OPTIONS = (
    click.option("--json", "as_json", is_flag=True, help="Print one line of JSON per event."),
    click.option("--verbose", "-v", is_flag=True, help="Show what the machines print."),
    click.option("--plain", is_flag=True, help="Only whole lines, without colours or a line that is written over."),
)


def _shown(command: Command) -> Command:
    """Give a command the options of how a run is shown, as one value."""

    @wraps(command)
    def bundled(*args: object, as_json: bool, verbose: bool, plain: bool, **others: object) -> None:
        command(*args, options=UpOptions(as_json=as_json, verbose=verbose, plain=plain), **others)

    return reduce(lambda given, option: option(given), reversed(_OPTIONS), bundled)


@click.command()
@click.argument("name")
@_shown
@friendly
def stop(name: str, *, options: UpOptions) -> int:
    """Shut down the machines of a cluster: workers, then control planes. Nothing is lost.

    kubetui start NAME brings them back.
    """
    from kubetui.cli.maintain.power import stop as command

    return command(name, options)


@click.command()
@click.argument("name")
@_shown
@friendly
def start(name: str, *, options: UpOptions) -> int:
    """Start the machines of a cluster, repair what the pause broke, and check that it works.

    Clocks are set, and certificates that have run out are renewed. The same as kubetui up with the profile that the
    cluster was built from.
    """
    from kubetui.cli.maintain.power import start as command

    return command(name, options)


@click.command()
@click.argument("name")
@_shown
@friendly
def restart(name: str, *, options: UpOptions) -> int:
    """Stop a cluster, then start it."""
    from kubetui.cli.maintain.power import restart as command

    return command(name, options)


@click.command()
@click.argument("name")
@click.option("--renew", is_flag=True, help="Renew them all now, one control plane after the other.")
@_shown
@friendly
def certs(name: str, *, renew: bool, options: UpOptions) -> int:
    """Show when the certificates of a cluster expire, or renew them.

    kubeadm's expire after a year. Exit code 8 if one has expired.
    """
    from kubetui.cli.maintain import certs as command

    if renew:
        return command.renew(name, options)
    return command.show(name, as_json=options.as_json)


@click.group()
def node() -> None:
    """Add machines to a cluster that runs, or take them out of it."""


@node.command()
@click.argument("name")
@click.option("--count", type=click.IntRange(1, 99), default=1, help="How many machines; 1 unless you say so.")
@click.option("--control-plane", is_flag=True, help="Control planes instead of workers.")
@click.option("--machine", "machines", multiple=True, help="A machine's name, instead of the next one.")
@click.option("--memory", type=int, help="MiB of each, where it differs from the others.")
@click.option("--cpus", type=int, help="CPUs of each, where they differ from the others.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_shown
@friendly
def add(
    name: str,
    *,
    count: int,
    control_plane: bool,
    machines: tuple[str, ...],
    memory: int | None,
    cpus: int | None,
    yes: bool,
    options: UpOptions,
) -> int:
    """Add machines to a cluster. The others keep their names and addresses."""
    from kubetui.cli.maintain.nodes import Wanted
    from kubetui.cli.maintain.nodes import add as command
    from kubetui.profile.numbering import Role
    from kubetui.profile.schema.profile import OneMachine

    role = Role.CONTROL_PLANE if control_plane else Role.WORKER
    # not checked here: the whole profile is, and then a message names the field
    own = OneMachine().model_copy(update={"memory": memory, "cpus": cpus})
    return command(name, replace(options, yes=yes), Wanted(machines, count, role, own))


@node.command()
@click.argument("name")
@click.argument("machines", nargs=-1, required=True, metavar="MACHINE...")
@click.option("--timeout", type=click.IntRange(10, 86400), default=300, help="Seconds that pods have to go elsewhere.")
@click.option("--force", is_flag=True, help="Delete pods that do not go, and go on where etcd loses its quorum.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_shown
@friendly
def remove(
    name: str,
    machines: tuple[str, ...],
    *,
    timeout: int,
    force: bool,
    yes: bool,
    options: UpOptions,
) -> int:
    """Take machines out of a cluster, dead ones too: drain, reset, leave etcd, and remove the machine.

    What will be lost is shown before. The first control plane and the last worker stay.
    """
    from kubetui.cli.maintain.nodes import remove as command
    from kubetui.profile.plan import Leaving

    leaving = Leaving(patience=timeout, forced=force)
    return command(name, replace(options, yes=yes, leaving=leaving), machines)


@click.command()
@click.argument("name")
@click.option("--to", metavar="VERSION", help="The version to go to; the next minor version unless you say so.")
@click.option("--at-once", type=click.IntRange(1, 99), default=1, help="How many workers are drained at a time.")
@click.option("--timeout", type=click.IntRange(10, 86400), default=300, help="Seconds that pods have to go elsewhere.")
@click.option("--force", is_flag=True, help="Delete pods that do not go, and go on where APIs are in use that go away.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_shown
@friendly
def upgrade(
    name: str, *, to: str | None, at_once: int, timeout: int, force: bool, yes: bool, options: UpOptions
) -> int:
    """Bring a cluster to the next version of Kubernetes, machine by machine, while it goes on.

    What will happen, and what is lost, is shown before. etcd is saved first. Cut off, the same command goes on.
    """
    from kubetui.cli.maintain.upgrade import How
    from kubetui.cli.maintain.upgrade import upgrade as command
    from kubetui.profile.plan import Leaving

    leaving = Leaving(patience=timeout, forced=force)
    return command(name, replace(options, yes=yes, leaving=leaving), How(to, at_once))


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@friendly
def diff(name: str, *, as_json: bool) -> int:
    """Show how the machines of a cluster differ from its plan, and the commands that would mend it; changes nothing.

    Exit code 8 if something differs, or a machine cannot be looked at.
    """
    from kubetui.cli.maintain.diff import diff as command

    return command(name, as_json=as_json)


@click.command()
@click.argument("name")
@click.argument("step", nargs=-1)
@_shown
@friendly
def mend(name: str, step: tuple[str, ...], *, options: UpOptions) -> int:
    """Mend what kubetui diff NAME shows: all of it, or only these steps."""
    from kubetui.cli.maintain.diff import mend as command

    return command(name, step, options)


@click.group()
def snapshot() -> None:
    """Save all machines of a cluster at one moment, and bring them back."""


@snapshot.command()
@click.argument("name")
@click.argument("label", required=False)
@_shown
@friendly
def save(name: str, label: str | None, *, options: UpOptions) -> int:
    """Save all machines of a cluster as LABEL, by default the time.

    Containers are frozen for some seconds and copied; other machines are shut down, saved by their provider, and
    started again.
    """
    from kubetui.cli.maintain.snapshots import save as command

    return command(name, label, options)


@snapshot.command(name="list")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@friendly
def list_(name: str, *, as_json: bool) -> int:
    """List the snapshots of a cluster, the newest first."""
    from kubetui.cli.maintain.snapshots import show as command

    return command(name, as_json=as_json)


@snapshot.command()
@click.argument("name")
@click.argument("label", required=False)
@click.option("--before", metavar="STEP", help="The newest checkpoint from before STEP, for example init.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_shown
@friendly
def restore(name: str, label: str | None, *, before: str | None, yes: bool, options: UpOptions) -> int:
    """Bring all machines of a cluster back to a snapshot, repair what the pause broke, and check that it works.

    What happened since then is lost. A checkpoint of kubetui up --checkpoints is only started: kubetui up goes on.
    """
    from kubetui.cli.maintain.snapshots import restore as command

    return command(name, label, before, replace(options, yes=yes))


@snapshot.command(name="remove")
@click.argument("name")
@click.argument("label")
@click.option("--yes", is_flag=True, help="Do not ask.")
@friendly
def remove_snapshot(name: str, label: str, *, yes: bool) -> int:
    """Remove a snapshot of a cluster."""
    from kubetui.cli.maintain.snapshots import remove as command

    return command(name, label, yes=yes)


@click.command()
@click.argument("name")
@click.option(
    "--to", "to", required=True, metavar="FILE", type=click.Path(), help="The file to write; it must not exist."
)
@_shown
@friendly
def backup(name: str, *, to: str, options: UpOptions) -> int:
    """Save a cluster in FILE: etcd with all its objects, the keys of its authorities, and its profile.

    FILE is as secret as the cluster. What pods keep on their machines is not in it: volumes, images, logs.
    """
    from kubetui.cli.maintain.backup import backup as command

    return command(name, to, options)


@click.command("restore-backup")
@click.argument("file", type=click.Path())
@click.argument("name", default="")
@click.option(
    "--first-address", default="", metavar="ADDRESS", help="The first machine's address, if it is to be another."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@_shown
@friendly
def restore_backup(file: str, name: str, *, first_address: str, yes: bool, options: UpOptions) -> int:
    """Make the cluster in FILE again, on new machines, perhaps under another NAME.

    If it exists, its machines are destroyed first. What will happen is shown before.
    """
    from kubetui.cli.maintain.backup import restore as command

    return command(file, name, first_address, replace(options, yes=yes))


@click.group()
def addon() -> None:
    """Install what makes a cluster of more use, or remove it without a trace."""


@addon.command(name="list")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@friendly
def list_addons(name: str, *, as_json: bool) -> int:
    """List the add-ons there are, and which of them a cluster has."""
    from kubetui.cli.maintain.addons import show as command

    return command(name, as_json=as_json)


@addon.command(name="add")
@click.argument("name")
@click.argument("add_on", metavar="ADDON")
@click.option("--version", "release", metavar="VERSION", help="Another release than the one that kubetui takes.")
@click.option("--url", help="Where its manifest is instead of its project's own place.")
@click.option("--sha256", help="The manifest's checksum, where kubetui knows none for the version.")
@click.option("--addresses", metavar="FIRST-LAST", help="Of loadbalancer: the addresses that it gives to services.")
@_shown
@friendly
def add_addon(
    name: str,
    add_on: str,
    *,
    release: str | None,
    url: str | None,
    sha256: str | None,
    addresses: str | None,
    options: UpOptions,
) -> int:
    """Install an add-on in a cluster, and prove that the cluster works. Safe to repeat."""
    from kubetui.cli.maintain.addons import Place
    from kubetui.cli.maintain.addons import add as command

    return command(name, add_on, Place(release, url, sha256, addresses), options)


@addon.command(name="remove")
@click.argument("name")
@click.argument("add_on", metavar="ADDON")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_shown
@friendly
def remove_addon(name: str, add_on: str, *, yes: bool, options: UpOptions) -> int:
    """Remove an add-on from a cluster: its objects, and its images and folders on every machine.

    Refused while something uses it, such as claims for volumes.
    """
    from kubetui.cli.maintain.addons import remove as command

    return command(name, add_on, replace(options, yes=yes))


COMMANDS = (stop, start, restart, certs, node, addon, upgrade, diff, mend, snapshot, backup, restore_backup)
