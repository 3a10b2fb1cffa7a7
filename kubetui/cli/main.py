"""The commands and their flags. Each command imports what it needs when it runs, so that `--help` is fast."""

from __future__ import annotations

import shutil
import sys

import click

from kubetui import __version__
from kubetui.base.errors import KubetuiError, UsageError
from kubetui.cli.docs.commands import COMMANDS as DOCS
from kubetui.cli.exits import friendly, open_streams
from kubetui.cli.extras.commands import COMMANDS as EXTRAS
from kubetui.cli.maintain.commands import COMMANDS
from kubetui.cli.options import UpOptions


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kubetui")
@click.option("--plain", is_flag=True, help="Ask numbered questions in plain lines instead, for screen readers.")
@click.pass_context
def main(context: click.Context, *, plain: bool) -> None:
    """Build a real multi-node Kubernetes cluster on your own machine, and watch how.

    Without a command, the wizard opens.
    """
    open_streams()
    if context.invoked_subcommand is None:
        _wizard(plain=plain)
    elif plain and context.invoked_subcommand not in {"new", "up"}:
        raise click.UsageError("--plain is for the wizard, for new and for up; every other command is plain as it is.")
    context.obj = plain


@friendly
def _wizard(*, plain: bool) -> int:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise KubetuiError(
            "The wizard needs a terminal, and there is none.", fix="Without a terminal, run: kubetui up PROFILE --yes"
        )
    if plain:
        return _questions("")
    from screens.app import run

    return run()


def _questions(profile: str) -> int:
    """Ask in plain lines, and build in plain lines if the person agrees."""
    from kubetui.cli.clusters import up
    from screens.plain import new

    return new(
        lambda name, yours: up(name, UpOptions(agreed=True, plain=True, your_turn=yours)),
        profile=profile,
    )


@main.command()
@click.argument("profile", required=False)
@click.option("--plain", is_flag=True, help="Ask numbered questions in plain lines, for screen readers, and build.")
@click.pass_context
@friendly
def new(context: click.Context, profile: str | None, *, plain: bool) -> int:
    """Ask what the cluster should look like, and save the answers as a profile.

    With --plain, PROFILE is where the answers begin.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise KubetuiError("There is no terminal to ask on.", fix="Write a profile and run: kubetui up PROFILE --yes")
    if plain or context.obj:
        return _questions(profile or "")
    if profile:
        fix = "Open it from the list of the wizard (kubetui), or add --plain."
        raise UsageError("The wizard's new cluster begins with the defaults.", fix=fix)
    from screens.app import run

    return run(new=True)


def _chosen_profile() -> str:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("Which profile to build is missing.", fix="kubetui profiles lists them: kubetui up PROFILE")
    from screens.choosing import choose_profile

    return choose_profile()


@main.command()
@click.argument("profile", required=False)
@click.option("--yes", "-y", is_flag=True, help="Start without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON per event.")
@click.option("--verbose", "-v", is_flag=True, help="Show what the machines print.")
@click.option("--plain", is_flag=True, help="Only whole lines, without colours or a line that is written over.")
@click.option("--timings", is_flag=True, help="At the end, show each task's time and the critical path.")
@click.option(
    "--your-turn",
    multiple=True,
    metavar="[MACHINE/]STEP",
    help="Do this step by hand: the run waits for you, and says what is missing. Can be given several times.",
)
@click.option(
    "--prepared-box/--no-prepared-box", default=None, help="Use a prepared box (default: the profile's setting)."
)
@click.option("--keep-box", is_flag=True, help="At the end, make a prepared box that speeds up later runs.")
@click.option("--rehearse", is_flag=True, help="Replay recorded machines instead of making any. Works on every host.")
@click.option("--speed", type=click.FloatRange(0.1, 1000), help="How many times faster than recorded a rehearsal runs.")
@click.option("--rehearse-fault", "fault", metavar="FAULT", help="Let a rehearsal fail, for example with init-timeout.")
@click.option("--record", type=click.Path(dir_okay=False), help="Record what the machines print into this file.")
@click.option("--checkpoints", is_flag=True, help="Save a snapshot after each step that changed something.")
@click.option("--accept-host-keys", is_flag=True, help="Trust unknown host keys without asking.")
@click.pass_context
@friendly
def up(
    context: click.Context,
    profile: str | None,
    *,
    yes: bool,
    as_json: bool,
    verbose: bool,
    plain: bool,
    timings: bool,
    your_turn: tuple[str, ...],
    prepared_box: bool | None,
    keep_box: bool,
    rehearse: bool,
    speed: float | None,
    fault: str | None,
    record: str | None,
    checkpoints: bool,
    accept_host_keys: bool,
) -> int:
    """Build the cluster of PROFILE; completed steps are skipped.

    PROFILE is a file, or the name of a saved or starter profile. On a terminal, a list asks for it.
    """
    from kubetui.cli.clusters import up as command

    if profile is None:
        profile = _chosen_profile()
    options = UpOptions(
        yes=yes,
        as_json=as_json,
        verbose=verbose,
        plain=plain or bool(context.obj),
        timings=timings,
        your_turn=your_turn,
        record=record,
        checkpoints=checkpoints,
        prepared_box=prepared_box,
        keep_box=keep_box,
        accept_host_keys=accept_host_keys,
        rehearse=rehearse,
        speed=speed,
        fault=fault,
    )
    return command(profile, options)


@main.command()
@click.argument("profile")
@click.option("--script", type=click.Path(file_okay=False), help="Write one shell script per machine into this folder.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@friendly
def plan(profile: str, *, script: str | None, as_json: bool) -> int:
    """Show every machine, address and command of PROFILE; changes nothing."""
    from kubetui.cli.show import plan as command

    return command(profile, script=script, as_json=as_json)


@main.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@friendly
def status(name: str | None, *, as_json: bool) -> int:
    """Show what all clusters are, with their machines, or one of them."""
    from kubetui.cli.show import status as command

    return command(name, as_json=as_json)


@main.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@friendly
def check(name: str, *, as_json: bool) -> int:
    """Check that a cluster works: nodes, pods, their network, DNS, services and node ports.

    Starts a small pod on every node for some seconds, and leaves nothing. Exit code 8 if a check fails.
    """
    from kubetui.cli.clusters import check as command

    return command(name, as_json=as_json)


@main.command()
@click.argument("name")
@click.argument("machine", required=False)
@click.option("--step", metavar="STEP", help="Show this step alone, for example init.")
@click.option("--commands", is_flag=True, help="Show the commands alone, without what they print.")
@click.option("--follow", "-f", is_flag=True, help="While a run is going, go on until it ends.")
@friendly
def logs(name: str, machine: str | None, *, step: str | None, commands: bool, follow: bool) -> int:
    """Show what the machines of a cluster printed, or one MACHINE, and every command that changed something."""
    from kubetui.cli.show import logs as command

    return command(name, machine, step=step or "", commands=commands, follow=follow)


@main.command()
@click.argument("name")
@click.option(
    "--svg",
    is_flag=False,
    flag_value="-",
    metavar="[FILE]",
    help="Write a Gantt chart as SVG to FILE or stdout.",
)
@friendly
def timings(name: str, *, svg: str | None) -> int:
    """Show when each task of a cluster's last run started and ended."""
    from kubetui.cli.show import timings as command

    return command(name, svg=svg)


@main.command()
@click.argument("name")
@click.option("--merge", is_flag=True, help="Merge it into your own kubeconfig, as the context NAME.")
@click.option(
    "--into", metavar="FILE", type=click.Path(dir_okay=False), help="Merge into FILE, not where kubectl writes."
)
@friendly
def kubeconfig(name: str, *, merge: bool, into: str | None) -> int:
    """Print the line that points kubectl at a cluster, or merge its kubeconfig into yours.

    A merge honours $KUBECONFIG, keeps a backup, waits for a kubectl that is writing, and leaves other clusters'
    entries alone. `kubetui destroy` takes the context away again.
    """
    from kubetui.cli.reach import kubeconfig as command

    return command(name, merging=merge, into=into)


@main.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("name")
@click.argument("machine")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@friendly
def ssh(name: str, machine: str, command: tuple[str, ...]) -> int:
    """Open a shell on MACHINE of a cluster, or run COMMAND there and end with its exit code.

    For example: kubetui ssh lab kubnode1 -- systemctl status kubelet. A COMMAND of one word is a line for the
    machine's shell.
    """
    from kubetui.cli.reach import ssh as shell

    # after the first argument, click takes no "--" away: what follows may be the command's own options
    return shell(name, machine, command[1:] if command[:1] == ("--",) else command)


@main.command()
@click.argument("name")
@click.option("--output", "-o", metavar="FILE", type=click.Path(dir_okay=False), help="Write the report to FILE.")
@click.option("--yes", "-y", is_flag=True, help="Write the report without asking.")
@friendly
def support(name: str, *, output: str | None, yes: bool) -> int:
    """Collect everything needed to diagnose a failed run into one file, without secrets.

    Lists the contents before writing the file, and sends nothing anywhere.
    """
    from kubetui.cli.support import report as command

    return command(name, output=output, yes=yes)


@main.command()
@click.argument("name")
@click.option("--yes", "-y", is_flag=True, help="Do not ask. For existing machines, use --hosts instead.")
@click.option("--hosts", metavar="NAME,...", help="Reset these existing machines: name every machine of the cluster.")
@friendly
def destroy(name: str, *, yes: bool, hosts: str | None) -> int:
    """Remove a cluster: its machines, its folder, and the networks that only they used.

    Existing machines stay; kubetui restores them to their earlier state.
    """
    from kubetui.cli.clusters import destroy as command

    return command(name, yes=yes, hosts=hosts)


for each in (*COMMANDS, *EXTRAS, *DOCS):
    main.add_command(each)


@main.command()
@click.argument("name", nargs=-1)
@friendly
def explain(name: tuple[str, ...]) -> int:
    """Explain NAME: a concept such as cni, or an error's id such as APT-LOCK. Without NAME, list the concepts."""
    from kubetui.explain.plain import answer

    click.echo(answer(" ".join(name), shutil.get_terminal_size().columns))
    return 0


@main.group(invoke_without_command=True)
@click.pass_context
def profiles(context: click.Context) -> None:
    """List saved and starter profiles."""
    if context.invoked_subcommand is None:
        _profiles()


@friendly
def _profiles() -> int:
    from kubetui.cli.show import profiles as command

    return command()


@profiles.command()
@friendly
def schema() -> int:
    """Print the JSON Schema of profiles, for editors."""
    from kubetui.cli.show import schema as command

    return command()


@main.group(invoke_without_command=True)
@click.pass_context
def boxes(context: click.Context) -> None:
    """List the boxes that were built, and prepared ones, which hold packages and images for faster runs."""
    if context.invoked_subcommand is None:
        _boxes()


@friendly
def _boxes() -> int:
    from kubetui.cli.boxes import boxes as command

    return command()


@boxes.command("make")
@click.argument("profile")
@friendly
def make_box(profile: str) -> int:
    """Make a prepared box for PROFILE or for a cluster, using a temporary machine."""
    from kubetui.cli.boxes import make as command

    return command(profile)


@boxes.command("build")
@click.argument("system")
@click.option("--provider", metavar="NAME", help="virtualbox or libvirt (default: the first that this host has).")
@click.option("--again", is_flag=True, help="Build it even if it exists, from the newest image.")
@click.option("--mirror", metavar="URL", help="Take the image from this folder, which has the distribution's files.")
@click.option("--key", metavar="FINGERPRINT", help="Of the mirror's own signing-key.asc, which signs its SHA256SUMS.")
@click.option("--sha256", metavar="DIGEST", help="The image's checksum, instead of published checksums.")
@friendly
def build_box(
    system: str, *, provider: str | None, again: bool, mirror: str | None, key: str | None, sha256: str | None
) -> int:
    """Build a box of SYSTEM from its distribution's cloud image, verified.

    SYSTEM is ubuntu-24.04, ubuntu-26.04, debian-13, almalinux-9 or almalinux-10. The box is kubetui/SYSTEM.
    """
    from kubetui.cli.boxes import build as command
    from kubetui.software.images import Source

    return command(system, provider=provider, source=Source(mirror, key, sha256), again=again)


@boxes.command("remove")
@click.argument("key")
@friendly
def remove_box(key: str) -> int:
    """Remove a box: KEY is its first column in `kubetui boxes`."""
    from kubetui.cli.boxes import remove as command

    return command(key)


@main.command()
@click.argument("profile", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--install", is_flag=True, help="Show the commands that install what is missing; run them if you agree.")
@friendly
def doctor(profile: str | None, *, as_json: bool, install: bool) -> int:
    """Check that this host has what PROFILE, or any cluster, needs."""
    if as_json and install:
        raise click.UsageError("--install asks a question: leave --json out.")
    from kubetui.cli.support import doctor as command

    return command(profile, as_json=as_json, install=install)
