"""The commands and their flags. Each imports what it needs when it runs, as in `cli.main`."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

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
    """Give a command the options of how a run is shown."""
    return reduce(lambda given, option: option(given), reversed(_OPTIONS), command)


@click.command()
@click.argument("name")
@_shown
@friendly
def stop(name: str, *, as_json: bool, verbose: bool, plain: bool) -> int:
    """Shut down the machines of a cluster: workers, then control planes. Nothing is lost.

    kubetui start NAME brings them back.
    """
    from kubetui.cli.maintain.power import stop as command

    return command(name, UpOptions(as_json=as_json, verbose=verbose, plain=plain))


@click.command()
@click.argument("name")
@_shown
@friendly
def start(name: str, *, as_json: bool, verbose: bool, plain: bool) -> int:
    """Start the machines of a cluster, repair what the pause broke, and check that it works.

    Clocks are set, and certificates that have run out are renewed. The same as kubetui up with the profile that the
    cluster was built from.
    """
    from kubetui.cli.maintain.power import start as command

    return command(name, UpOptions(as_json=as_json, verbose=verbose, plain=plain))


@click.command()
@click.argument("name")
@_shown
@friendly
def restart(name: str, *, as_json: bool, verbose: bool, plain: bool) -> int:
    """Stop a cluster, then start it."""
    from kubetui.cli.maintain.power import restart as command

    return command(name, UpOptions(as_json=as_json, verbose=verbose, plain=plain))


@click.command()
@click.argument("name")
@click.option("--renew", is_flag=True, help="Renew them all now, one control plane after the other.")
@_shown
@friendly
def certs(name: str, *, renew: bool, as_json: bool, verbose: bool, plain: bool) -> int:
    """Show when the certificates of a cluster expire, or renew them.

    kubeadm's expire after a year. Exit code 8 if one has expired.
    """
    from kubetui.cli.maintain import certs as command

    if renew:
        return command.renew(name, UpOptions(as_json=as_json, verbose=verbose, plain=plain))
    return command.show(name, as_json=as_json)


COMMANDS = (stop, start, restart, certs)
