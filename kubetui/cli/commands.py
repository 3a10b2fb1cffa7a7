"""The commands that build and remove, and their flags. Each imports what it needs when it runs, as in `cli.main`."""

from __future__ import annotations

import sys

import click

from kubetui.base.errors import UsageError
from kubetui.cli.exits import friendly
from kubetui.cli.language import names
from kubetui.cli.language.common import cluster, profile_of, shown, yes
from kubetui.cli.language.formats import DOCUMENTS, LISTS, Form, formatted
from kubetui.cli.language.tree import Command, Group
from kubetui.cli.language.values import DURATION, LINES, typed
from kubetui.cli.options import Source, UpOptions

_BUILD, _FILES = "Build a cluster", "Profiles and boxes"


@click.command(
    cls=Command,
    section=_BUILD,
    examples=(
        ("kubetui up tutorial", "Build the cluster of the starter profile tutorial"),
        ("kubetui up -f lab.yaml --yes", "Build from a file, without being asked"),
        ("cat lab.yaml | kubetui up -f - --yes", "Read the profile from standard input"),
        (
            "kubetui up tutorial --name second --set network.first_address=192.168.57.11",
            "Build a second cluster from one profile, at other addresses",
        ),
        ("kubetui up tutorial --set machines.workers=3 --dry-run", "Show what three workers would be; build nothing"),
        ("kubetui up tutorial --rehearse", "Replay recorded machines instead of making any"),
    ),
)
@profile_of(required=False)
@yes
@click.option("--dry-run", is_flag=True, help="Show the plan, as kubetui plan does, and build nothing.")
@click.option("--timeout", type=DURATION, metavar="DURATION", help="Stop as Ctrl+C does after this time, such as 10m.")
@click.option("--timings", is_flag=True, help="At the end, show each task's time and the critical path.")
@click.option(
    "--your-turn",
    multiple=True,
    type=LINES,
    metavar="[MACHINE/]STEP",
    shell_complete=names.turns,
    help="Do this step by hand: the run waits for you, and says what is missing. Can be given several times.",
)
@click.option(
    "--prepared-box/--no-prepared-box", default=None, help="Use a prepared box (default: the profile's setting)."
)
@click.option("--keep-box", is_flag=True, help="At the end, make a prepared box that speeds up later runs.")
@click.option("--rehearse", is_flag=True, help="Replay recorded machines instead of making any. Works on every host.")
@click.option("--speed", type=click.FloatRange(0.1, 1000), help="How many times faster than recorded a rehearsal runs.")
@click.option(
    "--rehearse-fault",
    "fault",
    metavar="FAULT",
    shell_complete=names.faults,
    help="Let a rehearsal fail, for example with init-timeout.",
)
@click.option("--record", type=click.Path(dir_okay=False), help="Record what the machines print into this file.")
@click.option("--checkpoints", is_flag=True, help="Save a snapshot after each step that changed something.")
@click.option("--accept-host-keys", is_flag=True, help="Trust unknown host keys without asking.")
@shown
@friendly
def up(*, source: Source, options: UpOptions, dry_run: bool, **chosen: object) -> int:
    """Build the cluster of PROFILE; completed steps are skipped.

    PROFILE is a file, the name of a saved or starter profile, or that of a cluster. On a terminal, a list asks for it.
    Progress goes to standard error. Exit code 130 if it was stopped, after --timeout, too.
    """
    from dataclasses import replace

    from kubetui.cli import clusters

    wanted = source if source.named else replace(source, named=_chosen_profile())
    # click gives exactly the options above, which are the fields of UpOptions
    given = replace(options, **chosen)  # type: ignore[arg-type]
    if wanted.from_input and given.your_turn:
        raise click.UsageError(
            "Standard input is the profile, so nobody can answer for your steps: write it to a file."
        )
    if dry_run:
        from kubetui.cli.look.show import show_plan

        return show_plan(clusters.intended(wanted, given), Form.JSON if given.as_json else Form.TEXT)
    return clusters.up(wanted, given)


def _chosen_profile() -> str:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("Which profile to build is missing.", fix="kubetui profiles lists them: kubetui up PROFILE")
    from screens.choosing import choose_profile

    return choose_profile()


@click.command(
    cls=Command,
    section=_BUILD,
    examples=(
        ("kubetui plan tutorial", "Read what would be done, step by step"),
        ("kubetui plan tutorial --provider lxc -o yaml", "The same with containers, for a program"),
        ("kubetui plan tutorial --script scripts", "Write it as one shell script per machine"),
    ),
)
@profile_of(required=True)
@click.option("--script", type=click.Path(file_okay=False), help="Write one shell script per machine into this folder.")
@formatted(*DOCUMENTS)
@friendly
def plan(*, source: Source, script: str | None, form: Form) -> int:
    """Show every machine, address and command of PROFILE; changes nothing."""
    if script is not None and form.document:
        raise click.UsageError(f"--script writes shell scripts: leave it out, or -o {form}.")
    from kubetui.cli.look.show import plan as command

    return command(source, script=script, form=form)


@click.command(
    cls=Command,
    section="Look at it",
    examples=(
        ("kubetui check lab", "Check everything"),
        ("kubetui check lab -o json", "The same for a program"),
    ),
)
@cluster
@formatted(*DOCUMENTS)
@friendly
def check(name: str, *, form: Form) -> int:
    """Check that a cluster works: nodes, pods, their network, DNS, services and node ports.

    Starts a small pod on every node for some seconds, and leaves nothing. Exit code 8 if a check fails.
    """
    from kubetui.cli.clusters import check as command

    return command(name, form)


@click.command(
    cls=Command,
    section=_BUILD,
    examples=(
        ("kubetui destroy lab", "Show what goes, and ask"),
        ("kubetui destroy lab --yes", "The same without being asked"),
    ),
)
@cluster
@click.option("--yes", "-y", is_flag=True, help="Do not ask. For existing machines, use --hosts instead.")
@click.option("--hosts", metavar="NAME,...", help="Reset these existing machines: name every machine of the cluster.")
@friendly
def destroy(name: str, *, yes: bool, hosts: str | None) -> int:
    """Remove a cluster: its machines, its folder, and the networks that only they used.

    Existing machines stay; kubetui restores them to their earlier state.
    """
    from kubetui.cli.clusters import destroy as command

    return command(name, yes=yes, hosts=hosts)


@click.command(
    cls=Command,
    section=_BUILD,
    examples=(
        ("kubetui doctor", "Check this computer for any cluster"),
        ("kubetui doctor tutorial", "Check it for this profile: memory, addresses, the box"),
        ("kubetui doctor --install", "Show the commands that install what is missing"),
    ),
)
@profile_of(required=False)
@formatted(*DOCUMENTS)
@click.option("--install", is_flag=True, help="Show the commands that install what is missing; run them if you agree.")
@friendly
def doctor(*, source: Source, form: Form, install: bool) -> int:
    """Check that this host has what PROFILE, or any cluster, needs."""
    if not source.named and any(typed(name) for name in ("called", "settings", "provider")):
        raise click.UsageError("--name, --set and --provider change a profile: name it, too.")
    if form.document and install:
        raise click.UsageError(f"--install asks a question: leave -o {form} out.")
    from kubetui.cli.look.support import doctor as command

    return command(source if source.named else None, form, install=install)


@click.group(
    cls=Group,
    section=_FILES,
    invoke_without_command=True,
    examples=(("kubetui boxes", "List them"), ("kubetui boxes -o name", "Only their names, for a script")),
)
@formatted(*LISTS)
@click.pass_context
def boxes(context: click.Context, *, form: Form) -> None:
    """List the boxes that were built, and prepared ones, which hold packages and images for faster runs."""
    if context.invoked_subcommand is None:
        _boxes(form)
    elif typed("form"):
        raise click.UsageError("-o is for the list of boxes: leave it out.")


@friendly
def _boxes(form: Form) -> int:
    from kubetui.cli.boxes import boxes as command

    return command(form)


@boxes.command("make", examples=(("kubetui boxes make tutorial", "Make one for the profile tutorial"),))
@click.argument("profile", shell_complete=names.profiles)
@friendly
def make_box(profile: str) -> int:
    """Make a prepared box for PROFILE or for a cluster, using a temporary machine."""
    from kubetui.cli.boxes import make as command

    return command(profile)


@boxes.command(
    "build",
    examples=(
        ("kubetui boxes build debian-13", "Build a box of Debian 13"),
        ("kubetui boxes build ubuntu-24.04 --provider libvirt --again", "Build it anew, for libvirt"),
    ),
)
@click.argument("system", shell_complete=names.systems)
@click.option("--provider", metavar="NAME", help="virtualbox or libvirt (default: the first that this host has).")
@click.option("--again", is_flag=True, help="Build it even if it exists, from the newest image.")
@click.option("--mirror", metavar="URL", help="Take the image from this folder, which has the distribution's files.")
@click.option("--key", metavar="FINGERPRINT", help="Of the mirror's own signing-key.asc, which signs its SHA256SUMS.")
@click.option("--sha256", metavar="DIGEST", help="The image's checksum, instead of published checksums.")
@click.option(
    "--ca", metavar="FILE", type=click.Path(), help="Trust the authorities in FILE (PEM) besides the system's."
)
@friendly
def build_box(
    system: str,
    *,
    provider: str | None,
    again: bool,
    mirror: str | None,
    key: str | None,
    sha256: str | None,
    ca: str | None,
) -> int:
    """Build a box of SYSTEM from its distribution's cloud image, verified.

    SYSTEM is ubuntu-24.04, ubuntu-26.04, debian-13, almalinux-9 or almalinux-10. The box is kubetui/SYSTEM.
    """
    from kubetui.cli.boxes import build as command
    from kubetui.software.images import Source as Image

    return command(system, provider=provider, source=Image(mirror, key, sha256), again=again, ca=ca)


@boxes.command("remove", examples=(("kubetui boxes remove debian-13", "Remove the box that was built of Debian 13"),))
@click.argument("key", metavar="BOX", shell_complete=names.boxes)
@friendly
def remove_box(key: str) -> int:
    """Remove a box: BOX is its first column in `kubetui boxes`."""
    from kubetui.cli.boxes import remove as command

    return command(key)


COMMANDS = (up, plan, doctor, destroy, check, boxes)
