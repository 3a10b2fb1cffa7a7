"""`kubetui docs`. It imports what it needs when it runs, as in `cli.main`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from kubetui.cli.exits import friendly
from kubetui.cli.language import names
from kubetui.cli.language.terminal import paged
from kubetui.cli.language.tree import Command

if TYPE_CHECKING:
    from kubetui.cli.docs.pages import Page


@click.command(
    cls=Command,
    section="Help",
    examples=(
        ("kubetui docs", "List the pages"),
        ("kubetui docs profile", "Read about every field of a profile"),
    ),
)
@click.argument("page", required=False, shell_complete=names.pages)
@click.pass_context
@friendly
def docs(context: click.Context, page: str | None) -> int:
    """Show PAGE of the documentation, or list the pages. Needs no network.

    Where the output is no terminal, a page is the Markdown that it is written in.
    """
    from kubetui.cli.docs.pages import find, made, written

    pages = [*written(), *made(lambda: _commands(context.find_root().command))]
    columns = shutil.get_terminal_size().columns
    if page is None:
        paged("\n".join(_listing(pages, columns)) + "\n")
        return 0
    text = find(iter(pages), page).text()
    if sys.stdout.isatty():
        from kubetui.cli.docs.terminal import laid_out

        text = laid_out(text, columns)
    paged(text.rstrip("\n") + "\n")
    return 0


def _commands(root: click.Command) -> str:
    from kubetui.cli.docs.commandline import reference

    return reference(root)


def _listing(pages: list[Page], columns: int) -> Iterator[str]:
    """Yield the pages of each kind, each with its first sentence."""
    from kubetui.cli.docs.pages import KINDS, summary
    from kubetui.explain.plain import named

    width = max(len(page.name) for page in pages)
    for folder, kind in KINDS.items():
        yield kind
        for page in pages:
            if page.folder == folder:
                yield named(page.name, summary(page.text()).sentence, width, columns, indent="  ")
        yield ""
    yield "kubetui docs PAGE shows one of them."


COMMANDS = (docs,)
