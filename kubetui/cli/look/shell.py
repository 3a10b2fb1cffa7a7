"""`kubetui version` and `kubetui completion`."""

from __future__ import annotations

import platform
from typing import Final

import click
from click.shell_completion import get_completion_class

from kubetui import __version__
from kubetui.base.errors import ExitCode, KubetuiError
from kubetui.cli.language.formats import Form, write_document
from kubetui.profile.schema.profile import Kubernetes

_SECOND: Final = "kubetui-wizard"


def version(form: Form) -> int:
    """Show versions; see `cli.look.commands.version`."""
    kubernetes = str(Kubernetes.model_fields["version"].default)
    if form.document:
        document = {
            "kubetui": __version__,
            "kubernetes": kubernetes,
            "python": platform.python_version(),
            "platform": platform.platform(),
        }
        write_document(document, form)
    else:
        click.echo(f"kubetui {__version__}, builds Kubernetes {kubernetes} unless a profile says otherwise")
        click.echo(f"Python {platform.python_version()} on {platform.platform()}")
    return ExitCode.OK


def completion(root: click.Context, shell: str) -> int:
    """Print a completion script for the program's name, of which it has two; see `cli.look.commands.completion`."""
    made = get_completion_class(shell)
    if made is None:
        raise KubetuiError(f"This click has no completion for {shell}.", fix="Install a newer one: click>=8.2.1.")
    name = root.info_name if root.info_name == _SECOND else "kubetui"
    click.echo(made(root.command, {}, name, f"_{name.replace('-', '_').upper()}_COMPLETE").source())
    return ExitCode.OK
