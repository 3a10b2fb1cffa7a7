"""The commands that look, and the ways into a cluster. Each imports what it needs when it runs, as in `cli.main`."""

from __future__ import annotations

import shutil

import click

from kubetui.base.errors import UsageError
from kubetui.base.text import shown
from kubetui.cli.exits import friendly
from kubetui.cli.language import names
from kubetui.cli.language.common import cluster, yes
from kubetui.cli.language.formats import DOCUMENTS, LISTS, Form, formatted
from kubetui.cli.language.terminal import paged
from kubetui.cli.language.tree import Command, Group
from kubetui.cli.language.values import DURATION, typed

_LOOK, _USE, _HELP = "Look at it", "Use it", "Help"
_PATIENCE = 600
"""Seconds that --wait waits unless --timeout says otherwise."""


@click.command(
    cls=Command,
    section=_LOOK,
    examples=(
        ("kubetui status", "Show all clusters"),
        ("kubetui status lab -o wide", "Show the machines of one as a table"),
        ("kubetui status lab --wait --timeout 10m", "Wait until it is ready, in a script"),
        ("kubetui status -o name", "Only the names, for a script"),
    ),
)
@click.argument("name", required=False, shell_complete=names.clusters)
@click.option("--wait", is_flag=True, help="Wait until the cluster NAME is ready; exit code 8 if it does not get so.")
@click.option("--timeout", type=DURATION, metavar="DURATION", help="How long to wait, 10m unless you say so.")
@formatted(*LISTS)
@friendly
def status(name: str | None, *, wait: bool, timeout: int | None, form: Form) -> int:
    """Show what all clusters are, with their machines, or one of them."""
    if wait and name is None:
        raise UsageError("Which cluster to wait for is missing.", fix="Name it: kubetui status NAME --wait")
    if typed("timeout") and not wait:
        raise UsageError("--timeout only works with --wait.", fix="Add --wait.")
    from kubetui.cli.look.status import status as command

    return command(name, form, wait=(timeout or _PATIENCE) if wait else 0)


@click.command(
    cls=Command,
    section=_LOOK,
    examples=(
        ("kubetui logs lab kubmaster --step init", "Read what kubeadm init said"),
        ("kubetui logs lab --commands", "Read every command that changed something"),
        ("kubetui logs lab -f", "Follow a run"),
    ),
)
@cluster
@click.argument("machine", required=False, shell_complete=names.machines)
@click.option("--step", metavar="STEP", shell_complete=names.steps, help="Show this step alone, for example init.")
@click.option("--commands", is_flag=True, help="Show the commands alone, without what they print.")
@click.option("--follow", "-f", is_flag=True, help="While a run is going, go on until it ends.")
@friendly
def logs(name: str, machine: str | None, *, step: str | None, commands: bool, follow: bool) -> int:
    """Show what the machines of a cluster printed, or one MACHINE, and every command that changed something."""
    from kubetui.cli.look.show import logs as command

    return command(name, machine, step=step or "", commands=commands, follow=follow)


@click.command(
    cls=Command,
    section=_LOOK,
    examples=(
        ("kubetui timings lab", "Show when each task ran"),
        ("kubetui timings lab --svg run.svg", "Draw it"),
    ),
)
@cluster
@click.option(
    "--svg",
    is_flag=False,
    flag_value="-",
    metavar="[FILE]",
    help="Write a Gantt chart as SVG to FILE or standard output.",
)
@friendly
def timings(name: str, *, svg: str | None) -> int:
    """Show when each task of a cluster's last run started and ended."""
    from kubetui.cli.look.show import timings as command

    return command(name, svg=svg)


@click.command(
    cls=Command,
    section=_USE,
    examples=(
        ("kubetui kubeconfig lab > lab.conf", "Write the kubeconfig into a file"),
        ('eval "$(kubetui kubeconfig lab --export)"', "Let kubectl in this shell use the cluster"),
        ("kubetui kubeconfig lab --merge", "Add the context lab to your own kubeconfig"),
    ),
)
@cluster
@click.option("--export", is_flag=True, help="Print the line that points kubectl at it: export KUBECONFIG=...")
@click.option("--merge", is_flag=True, help="Merge it into your own kubeconfig, as the context NAME.")
@click.option(
    "--into", metavar="FILE", type=click.Path(dir_okay=False), help="Merge into FILE, not where kubectl writes."
)
@friendly
def kubeconfig(name: str, *, export: bool, merge: bool, into: str | None) -> int:
    """Print a cluster's kubeconfig, which holds the key to it, or the line that names it, or merge it into yours.

    A merge honours $KUBECONFIG, keeps a backup, waits for a kubectl that is writing, and leaves other clusters'
    entries alone. `kubetui destroy` takes the context away again.
    """
    if export and merge:
        raise UsageError("--export and --merge are two ways: leave one out.")
    from kubetui.cli.look.reach import kubeconfig as command

    return command(name, export=export, merging=merge, into=into)


@click.command(
    cls=Command,
    section=_USE,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    examples=(
        ("kubetui ssh lab", "Open a shell on the first control plane"),
        ("kubetui ssh lab kubnode1 -- systemctl status kubelet", "Run a command on a machine"),
    ),
)
@cluster
@click.argument("machine", required=False, shell_complete=names.machines)
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@friendly
def ssh(name: str, machine: str | None, command: tuple[str, ...]) -> int:
    """Open a shell on MACHINE of a cluster, or run COMMAND there and end with its exit code.

    Without MACHINE, on the first control plane. A COMMAND of one word is a line for the machine's shell.
    """
    from kubetui.cli.look.reach import ssh as shell

    # after the first argument, click takes no "--" away: what follows may be the command's own options
    words = (machine, *command) if machine else ()
    if words[:1] == ("--",):
        return shell(name, "", words[1:])
    return shell(name, machine or "", command[1:] if command[:1] == ("--",) else command)


@click.command(
    cls=Command,
    section=_HELP,
    examples=(("kubetui support lab --to lab.tar.gz", "Collect what explains a failed run, after asking"),),
)
@cluster
@click.option("--to", metavar="FILE", type=click.Path(dir_okay=False), help="Write the report to FILE.")
@yes
@friendly
def support(name: str, *, to: str | None, yes: bool) -> int:
    """Collect everything needed to diagnose a failed run into one file, without secrets.

    Lists the contents before writing the file, and sends nothing anywhere.
    """
    from kubetui.cli.look.support import report as command

    return command(name, to=to, yes=yes)


@click.command(
    cls=Command,
    section=_HELP,
    examples=(
        ("kubetui explain", "List what can be explained"),
        ("kubetui explain pod-cidr", "Explain a concept"),
        ("kubetui explain APT-LOCK", "Explain an error by its id"),
    ),
)
@click.argument("name", nargs=-1, shell_complete=names.explained)
@friendly
def explain(name: tuple[str, ...]) -> int:
    """Explain NAME: a concept such as cni, or an error's id such as APT-LOCK. Without NAME, list the concepts."""
    from kubetui.explain.plain import answer

    paged(answer(" ".join(name), shutil.get_terminal_size().columns) + "\n")
    return 0


@click.group(
    cls=Group,
    section="Profiles and boxes",
    invoke_without_command=True,
    examples=(("kubetui profiles", "List them"), ("kubetui profiles -o wide", "With their files")),
)
@formatted(*LISTS)
@click.pass_context
def profiles(context: click.Context, *, form: Form) -> None:
    """List saved and starter profiles."""
    if context.invoked_subcommand is None:
        _profiles(form)
    elif typed("form"):
        raise click.UsageError("-o is for the list of profiles: leave it out.")


@friendly
def _profiles(form: Form) -> int:
    from kubetui.cli.look.show import profiles as command

    return command(form)


@profiles.command(examples=(("kubetui profiles schema > schema.json", "Write it for an editor"),))
@friendly
def schema() -> int:
    """Print the JSON Schema of profiles, for editors."""
    from kubetui.cli.look.show import schema as command

    return command()


@click.command(
    cls=Command, section=_HELP, examples=(("kubetui version -o json", "The versions for a program, or a bug report"),)
)
@formatted(*DOCUMENTS)
@friendly
def version(*, form: Form) -> int:
    """Show the version of kubetui, of the Kubernetes that it builds, and of Python."""
    from kubetui.cli.look.shell import version as command

    return command(form)


@click.command(
    cls=Command,
    section=_HELP,
    examples=(
        ("kubetui completion bash > ~/.local/share/bash-completion/completions/kubetui", "For bash"),
        ('eval "$(kubetui completion zsh)"', "For zsh, in ~/.zshrc, after compinit"),
        ("kubetui completion fish > ~/.config/fish/completions/kubetui.fish", "For fish"),
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
@friendly
def completion(context: click.Context, shell: str) -> int:
    """Print what makes a SHELL complete commands, options, and the names of clusters, machines and profiles."""
    from kubetui.cli.look.shell import completion as command

    return command(context.find_root(), shell)


@click.command(
    "help", cls=Command, section=_HELP, examples=(("kubetui help node add", "Show the help of kubetui node add"),)
)
@click.argument("words", nargs=-1, metavar="[COMMAND]...", shell_complete=names.commands)
@click.pass_context
@friendly
def help_(context: click.Context, words: tuple[str, ...]) -> int:
    """Show the help of COMMAND, or of kubetui itself."""
    found: click.Context = context.find_root()
    for word in words:
        command = found.command
        inner = command.get_command(found, word) if isinstance(command, click.Group) else None
        if inner is None:
            raise click.UsageError(f"There is no command {shown(word)}.", found)
        found = click.Context(inner, info_name=word, parent=found, **inner.context_settings)
    paged(f"{found.get_help()}\n")
    return 0


COMMANDS = (status, logs, timings, kubeconfig, ssh, support, explain, profiles, version, completion, help_)
