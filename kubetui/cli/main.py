"""The program itself, and its wizard. Each command imports what it needs when it runs, so that `--help` is fast."""

from __future__ import annotations

import sys

import click

from kubetui import __version__
from kubetui.base.errors import KubetuiError, UsageError
from kubetui.cli.commands import COMMANDS as BUILD
from kubetui.cli.docs.commands import COMMANDS as DOCS
from kubetui.cli.exits import friendly, open_streams
from kubetui.cli.extras.commands import COMMANDS as EXTRAS
from kubetui.cli.language import names
from kubetui.cli.language.tree import Group, name_variables
from kubetui.cli.look.commands import COMMANDS as LOOK
from kubetui.cli.maintain.commands import COMMANDS as MAINTAIN
from kubetui.cli.maintain.saving import COMMANDS as SAVING
from kubetui.cli.options import Source, UpOptions


@click.group(
    cls=Group,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    examples=(
        ("kubetui", "Open the wizard"),
        ("kubetui up tutorial", "Build the tutorial's cluster without it"),
        ("kubetui --plain", "Answer questions in plain lines, with a screen reader"),
    ),
)
@click.version_option(__version__, "--version", "-V", prog_name="kubetui")
@click.option("--plain", is_flag=True, help="Ask numbered questions in plain lines instead, for screen readers.")
@click.pass_context
def main(context: click.Context, *, plain: bool) -> None:
    """Build a real multi-node Kubernetes cluster on your own machine, and watch how.

    Without a command, the wizard opens. Every option can be an environment variable, too: KUBETUI_UP_TIMEOUT=10m stands
    for kubetui up --timeout 10m. What is typed takes precedence over it.
    """
    open_streams()
    if context.invoked_subcommand is None:
        _wizard(plain=plain)
    # a run below it asks for that, and everything else is plain as it is
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
        lambda name, yours: up(Source(name), UpOptions(agreed=True, plain=True, your_turn=yours)),
        profile=profile,
    )


@main.command(
    section="Build a cluster",
    examples=(
        ("kubetui new", "Ask in the wizard"),
        ("kubetui new --plain tutorial", "Ask in plain lines, beginning with the tutorial's answers"),
    ),
)
@click.argument("profile", required=False, shell_complete=names.profiles)
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


for each in (*BUILD, *LOOK, *EXTRAS, *MAINTAIN, *SAVING, *DOCS):
    main.add_command(each)
name_variables(main)
