"""The command line. Imports stand inside the commands, so that `--help` costs next to nothing."""

from __future__ import annotations

import sys
from typing import Any

import click

from kubetui import __version__
from kubetui.base.errors import KubetuiError
from kubetui.cli.exits import friendly, open_streams


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kubetui")
@click.pass_context
def main(context: click.Context) -> None:
    """Build a real multi-node Kubernetes cluster on your own machine, and see what happens.

    Without a command the wizard opens.
    """
    open_streams()
    if context.invoked_subcommand is None:
        _wizard()


@friendly
def _wizard() -> int:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise KubetuiError(
            "The wizard needs a terminal, and there is none.", fix="Without one, run: kubetui up PROFILE --yes"
        )
    from screens.app import run

    return run()


@main.command()
@click.option("--plain", is_flag=True, help="One question after the other, for plain terminals and screen readers.")
@friendly
def new(*, plain: bool) -> int:
    """Ask for everything that a cluster needs, and save it as a profile."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise KubetuiError("There is no terminal to ask on.", fix="Write a profile, and run: kubetui up PROFILE --yes")
    if plain:
        from screens.plain import new as ask

        return ask()
    from screens.app import run

    return run(new=True)


@main.command()
@click.argument("profile")
@click.option("--yes", "-y", is_flag=True, help="Start without asking.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON an event.")
@click.option("--verbose", "-v", is_flag=True, help="Show what the machines print.")
@click.option("--timings", is_flag=True, help="At the end show each task's time and the critical path.")
@click.option(
    "--prepared-box/--no-prepared-box", default=None, help="Start from a kept box, or not; else as PROFILE says."
)
@click.option("--keep-box", is_flag=True, help="At the end make a prepared box, so that later runs are faster.")
@click.option("--rehearse", is_flag=True, help="Make no machine: play recorded ones. Works on every host.")
@click.option("--speed", type=click.FloatRange(0.1, 1000), help="How much faster than recorded a rehearsal goes.")
@click.option("--rehearse-fault", metavar="FAULT", help="A rehearsal in which something fails, such as init-timeout.")
@click.option("--record", type=click.Path(dir_okay=False), help="Write what the machines say into this file.")
@click.option("--accept-host-keys", is_flag=True, help="Take unknown host keys of existing machines for their own.")
@friendly
def up(profile: str, **options: Any) -> int:
    """Build the cluster of PROFILE, or what is missing of it.

    PROFILE is a file, or the name of a saved or starter profile.
    """
    from kubetui.cli.clusters import up as command

    return command(profile, **options)


@main.command()
@click.argument("profile")
@click.option("--script", type=click.Path(file_okay=False), help="Write one shell script a machine into this folder.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text.")
@friendly
def plan(profile: str, *, script: str | None, as_json: bool) -> int:
    """Show every machine, address and command of PROFILE; nothing is touched."""
    from kubetui.cli.show import plan as command

    return command(profile, script=script, as_json=as_json)


@main.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text.")
@friendly
def status(name: str | None, *, as_json: bool) -> int:
    """Show the clusters, or one of them with its machines."""
    from kubetui.cli.show import status as command

    return command(name, as_json=as_json)


@main.command()
@click.argument("name")
@click.option(
    "--svg", is_flag=False, flag_value="-", metavar="[FILE]", help="A Gantt chart as SVG, into FILE or standard output."
)
@friendly
def timings(name: str, *, svg: str | None) -> int:
    """Show when each task of a cluster's last run began and ended."""
    from kubetui.cli.show import timings as command

    return command(name, svg=svg)


@main.command()
@click.argument("name")
@click.option("--merge", is_flag=True, help="Put it into your own kubeconfig, as the context NAME.")
@click.option("--into", metavar="FILE", type=click.Path(dir_okay=False), help="Merge into FILE, not ~/.kube/config.")
@friendly
def kubeconfig(name: str, *, merge: bool, into: str | None) -> int:
    """Print the line that points kubectl at a cluster, or merge its kubeconfig into yours.

    A merge keeps a backup, waits for a kubectl that is writing, and replaces nothing of another cluster.
    """
    from kubetui.cli.kubeconfig import kubeconfig as command

    return command(name, merging=merge, into=into)


@main.command()
@click.argument("name")
@click.option("--output", "-o", metavar="FILE", type=click.Path(dir_okay=False), help="Where to write it.")
@click.option("--yes", "-y", is_flag=True, help="Write without asking.")
@friendly
def support(name: str, *, output: str | None, yes: bool) -> int:
    """Collect what helps to find out why a run failed into one file, without secrets.

    It shows what is in it before it writes, and sends nothing anywhere.
    """
    from kubetui.cli.support import report as command

    return command(name, output=output, yes=yes)


@main.command()
@click.argument("name")
@click.option("--yes", "-y", is_flag=True, help="Do not ask; existing machines are named with --hosts instead.")
@click.option("--hosts", metavar="NAME,...", help="Existing machines to reset: all of the cluster's, by name.")
@friendly
def destroy(name: str, *, yes: bool, hosts: str | None) -> int:
    """Remove a cluster: its machines, its folder, and what only they used.

    Existing machines stay and become what they were.
    """
    from kubetui.cli.clusters import destroy as command

    return command(name, yes=yes, hosts=hosts)


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
    """List prepared boxes: machines with packages and images, kept for later runs."""
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
    """Make the prepared box of PROFILE, or of a cluster: a machine is started for it."""
    from kubetui.cli.boxes import make as command

    return command(profile)


@boxes.command("remove")
@click.argument("key")
@friendly
def remove_box(key: str) -> int:
    """Remove a prepared box."""
    from kubetui.cli.boxes import remove as command

    return command(key)


@main.command()
@click.argument("profile", required=False)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text.")
@friendly
def doctor(profile: str | None, *, as_json: bool) -> int:
    """Look whether this host has what a cluster, or PROFILE, needs."""
    from kubetui.cli.show import doctor as command

    return command(profile, as_json=as_json)
