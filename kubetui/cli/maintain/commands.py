"""The commands and their flags. Each imports what it needs when it runs, as in `cli.main`."""

from __future__ import annotations

from dataclasses import replace

import click

from kubetui.cli.exits import friendly
from kubetui.cli.language import names
from kubetui.cli.language.common import cluster, patience, shown, shown_beside_form, yes
from kubetui.cli.language.formats import DOCUMENTS, LISTS, Form, formatted
from kubetui.cli.language.tree import Command, Group
from kubetui.cli.language.values import typed
from kubetui.cli.options import UpOptions

_DAY_TWO = "Day two"


@click.command(
    cls=Command,
    section=_DAY_TWO,
    examples=(("kubetui stop lab", "Shut its machines down"),),
)
@cluster
@shown
@friendly
def stop(name: str, *, options: UpOptions) -> int:
    """Shut down the machines of a cluster: workers, then control planes. Nothing is lost.

    kubetui start NAME brings them back.
    """
    from kubetui.cli.maintain.power import stop as command

    return command(name, options)


@click.command(
    cls=Command,
    section=_DAY_TWO,
    examples=(("kubetui start lab", "Start them, repair, and check"),),
)
@cluster
@shown
@friendly
def start(name: str, *, options: UpOptions) -> int:
    """Start the machines of a cluster, repair what the pause broke, and check that it works.

    Clocks are set, and certificates that have run out are renewed. The same as kubetui up with the profile that the
    cluster was built from.
    """
    from kubetui.cli.maintain.power import start as command

    return command(name, options)


@click.command(
    cls=Command,
    section=_DAY_TWO,
    examples=(("kubetui restart lab", "Stop it, then start it"),),
)
@cluster
@shown
@friendly
def restart(name: str, *, options: UpOptions) -> int:
    """Stop a cluster, then start it."""
    from kubetui.cli.maintain.power import restart as command

    return command(name, options)


@click.command(
    cls=Command,
    section=_DAY_TWO,
    examples=(
        ("kubetui certs lab", "Show when each expires"),
        ("kubetui certs lab --renew", "Renew them all"),
    ),
)
@cluster
@click.option("--renew", is_flag=True, help="Renew them all now, one control plane after the other.")
@formatted(*LISTS)
@shown_beside_form
@friendly
def certs(name: str, *, renew: bool, form: Form, options: UpOptions) -> int:
    """Show when the certificates of a cluster expire, or renew them.

    kubeadm's expire after a year. Exit code 8 if one has expired.
    """
    from kubetui.cli.maintain import certs as command

    if renew:
        if form not in {Form.TEXT, Form.JSON}:
            raise click.UsageError(f"--renew is a run, and has no -o {form}: leave it out.")
        if options.quiet and form is Form.JSON:
            raise click.UsageError("--quiet shows nothing but failures: leave it out, or --json.")
        return command.renew(name, replace(options, as_json=form is Form.JSON))
    if any(typed(each) for each in ("verbose", "quiet", "plain")):
        raise click.UsageError("--verbose, --quiet and --plain are for --renew, which is a run.")
    return command.show(name, form)


@click.group(
    cls=Group,
    section=_DAY_TWO,
)
def node() -> None:
    """Add machines to a cluster that runs, or take them out of it."""


@node.command(
    examples=(
        ("kubetui node add lab", "Add a worker"),
        ("kubetui node add lab --count 2 --memory 4096", "Add two, with 4 GiB each"),
    ),
)
@cluster
@click.option("--count", type=click.IntRange(1, 99), default=1, help="How many machines; 1 unless you say so.")
@click.option("--control-plane", is_flag=True, help="Control planes instead of workers.")
@click.option("--machine", "machines", multiple=True, help="A machine's name, instead of the next one.")
@click.option("--memory", type=int, help="MiB of each, where it differs from the others.")
@click.option("--cpus", type=int, help="CPUs of each, where they differ from the others.")
@yes
@shown
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
    from kubetui.profile.machine import Role
    from kubetui.profile.schema.profile import OneMachine

    role = Role.CONTROL_PLANE if control_plane else Role.WORKER
    # not checked here: the whole profile is, and then a message names the field
    own = OneMachine().model_copy(update={"memory": memory, "cpus": cpus})
    return command(name, replace(options, yes=yes), Wanted(machines, count, role, own))


@node.command(
    examples=(
        ("kubetui node remove lab kubnode2", "Show what is lost, ask, drain it and remove it"),
        ("kubetui node remove lab kubnode2 --force --yes", "The same where pods do not go"),
    ),
)
@cluster
@click.argument("machines", nargs=-1, required=True, metavar="MACHINE...", shell_complete=names.machines)
@patience
@click.option("--force", is_flag=True, help="Delete pods that do not go, and go on where etcd loses its quorum.")
@yes
@shown
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


@click.command(
    cls=Command,
    section=_DAY_TWO,
    examples=(
        ("kubetui upgrade lab", "To the next minor version"),
        ("kubetui upgrade lab --to 1.37.2 --at-once 2", "To this release, two workers at a time"),
    ),
)
@cluster
@click.option("--to", metavar="VERSION", help="The version to go to; the next minor version unless you say so.")
@click.option("--at-once", type=click.IntRange(1, 99), default=1, help="How many workers are drained at a time.")
@patience
@click.option("--force", is_flag=True, help="Delete pods that do not go, and go on where APIs are in use that go away.")
@yes
@shown
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


@click.command(
    cls=Command,
    section="Look at it",
    examples=(
        ("kubetui diff lab", "Show what differs"),
        ("kubetui diff lab -o json", "The same for a program"),
    ),
)
@cluster
@formatted(*DOCUMENTS)
@friendly
def diff(name: str, *, form: Form) -> int:
    """Show how the machines of a cluster differ from its plan, and the commands that would mend it; changes nothing.

    Exit code 8 if something differs, or a machine cannot be looked at.
    """
    from kubetui.cli.maintain.diff import diff as command

    return command(name, form)


@click.command(
    cls=Command,
    section=_DAY_TWO,
    examples=(
        ("kubetui mend lab", "Mend everything"),
        ("kubetui mend lab swap", "Mend one step alone"),
    ),
)
@cluster
@click.argument("step", nargs=-1, shell_complete=names.steps)
@shown
@friendly
def mend(name: str, step: tuple[str, ...], *, options: UpOptions) -> int:
    """Mend what kubetui diff NAME shows: all of it, or only these steps."""
    from kubetui.cli.maintain.diff import mend as command

    return command(name, step, options)


COMMANDS = (stop, start, restart, certs, node, upgrade, diff, mend)
