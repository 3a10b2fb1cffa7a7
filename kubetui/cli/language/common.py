"""Options that many commands share, each with one meaning, and arguments that name what exists."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce, wraps
from typing import Any, Final

import click

from kubetui.cli.language import names
from kubetui.cli.language.values import DURATION, LINES, typed
from kubetui.cli.options import Source, UpOptions

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

yes: Final = click.option("--yes", "-y", is_flag=True, help="Do not ask.")
cluster: Final = click.argument("name", shell_complete=names.clusters)
patience: Final = click.option(
    "--timeout",
    type=DURATION,
    default="5m",
    metavar="DURATION",
    show_default=True,
    help="How long pods have to go elsewhere.",
)
_SHOWN: Final = (
    click.option("--json", "as_json", is_flag=True, help="Write one line of JSON per event to standard output."),
    click.option("--verbose", "-v", is_flag=True, help="Show the commands, and what the machines print."),
    click.option("--quiet", "-q", is_flag=True, help="Show nothing but what fails."),
    click.option("--plain", is_flag=True, help="Only whole lines, without colours or a line that is written over."),
)
_SOURCE: Final = (
    click.argument("profile", required=False, shell_complete=names.profiles),
    click.option(
        "--file", "-f", metavar="FILE", type=click.Path(), help="Read the profile from FILE; - is standard input."
    ),
    click.option("--name", "called", metavar="NAME", help="Call the cluster NAME: another one from the same profile."),
    click.option(
        "--set",
        "settings",
        multiple=True,
        type=LINES,
        metavar="FIELD=VALUE",
        help="Set a field of the profile, such as machines.workers=3. Can be given several times.",
    ),
    click.option("--provider", metavar="NAME", shell_complete=names.providers, help="What makes the machines."),
)


def shown(command: Callable[..., Any]) -> Callable[..., None]:
    """Give a command the options of how a run is shown, as one value."""
    return _with(_SHOWN, _bundling(command))


def shown_beside_form(command: Callable[..., Any]) -> Callable[..., None]:
    """Give a command that has -o, too, the other options of how a run is shown."""
    return _with(_SHOWN[1:], _bundling(command))


def _bundling(command: Callable[..., Any]) -> Callable[..., None]:
    @wraps(command)
    def bundled(
        *args: object, verbose: bool, quiet: bool, plain: bool, as_json: bool = False, **others: object
    ) -> None:
        if typed("quiet") and (typed("verbose") or typed("as_json")):
            raise click.UsageError("--quiet shows nothing but failures: leave it out, or --verbose and --json.")
        # kubetui --plain COMMAND is the same as kubetui COMMAND --plain
        plain = plain or click.get_current_context().find_object(bool) is True
        options = UpOptions(as_json=as_json, verbose=verbose, quiet=quiet, plain=plain)
        command(*args, options=options, **others)

    return bundled


def profile_of(*, required: bool) -> Decorator:
    """Give a command the words that name a profile and change it, as one value; without a name where not `required`."""

    def decorate(command: Callable[..., Any]) -> Callable[..., None]:
        @wraps(command)
        def bundled(
            *args: object,
            profile: str | None,
            file: str | None,
            called: str | None,
            settings: tuple[str, ...],
            provider: str | None,
            **others: object,
        ) -> None:
            if profile and file and typed("file"):
                raise click.UsageError(f"{profile} and -f {file} both name a profile: leave one out.")
            if required and not (profile or file):
                raise click.UsageError("Which profile is missing: its name or file. kubetui profiles lists them.")
            chosen, is_file = (profile, False) if profile else (file or "", bool(file))
            source = Source(chosen, called or "", provider or "", settings, is_file=is_file)
            command(*args, source=source, **others)

        return _with(_SOURCE, bundled)

    return decorate


def _with(options: tuple[Decorator, ...], command: Callable[..., None]) -> Callable[..., None]:
    return reduce(lambda given, option: option(given), reversed(options), command)
