"""Writes man pages from the command line itself: `python man/make.py [FOLDER]`, by default beside this file.

One page has every command with its options, in the command line's own words; a test says when they are not current.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click

from kubetui import __version__
from kubetui.cli.language.tree import contexts
from kubetui.cli.main import main

ABOUT = "build a real multi-node Kubernetes cluster on your own machine, and watch how"
FILES = (
    ("~/.config/kubetui/profiles/", "saved profiles; $XDG_CONFIG_HOME moves it"),
    ("~/.config/kubetui/credentials.yaml", "passwords of proxies and mirrors, readable by you alone"),
    ("~/.local/state/kubetui/clusters/NAME/", "a cluster: Vagrant project, logs, kubeconfig; $XDG_STATE_HOME moves it"),
)


def escaped(text: str) -> str:
    r"""Return a text as roff takes it literally: no escape, no request, and hyphens that can be copied.

    >>> escaped(".a -b\\c")
    '\\&.a \\-b\\ec'
    """
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga")
    return re.sub(r"^(?=[.'])", r"\\&", text, flags=re.MULTILINE)


def paragraphs(text: str) -> Iterator[str]:
    """Yield the lines of a help text, with a request between its paragraphs."""
    for number, part in enumerate(re.split(r"\n\s*\n", cleandoc(text.replace("\b", "")))):
        if number:
            yield ".PP"
        yield escaped(part)


def options(command: click.Command, context: click.Context) -> Iterator[str]:
    """Yield each option that help shows; those that all commands have only for the whole program."""
    for each in command.get_params(context):
        record = each.get_help_record(context)
        if (
            record
            and (record[1] or isinstance(each, click.Option))
            and (not context.parent or not {"--help", "--color"} & {*each.opts})
        ):
            yield ".TP"
            yield f".B {escaped(record[0])}"
            yield from (escaped(record[1]).splitlines() or ["\\&"])


def examples(command: click.Command) -> Iterator[str]:
    """Yield a command's examples, each line as it is typed."""
    for line, what in getattr(command, "examples", ()):
        yield from (".PP", escaped(f"{what}:"), ".RS", ".nf", escaped(line), ".fi", ".RE")


def commands() -> Iterator[str]:
    """Yield every command, in alphabetical order, each with what is below it."""
    for context in contexts(main):
        if context.parent is None:
            continue
        command = context.command
        usage = " ".join((context.command_path, *command.collect_usage_pieces(context)))
        yield f".SS {escaped(usage)}"
        yield from paragraphs(command.help or "")
        yield from options(command, context)
        yield from examples(command)


def page() -> str:
    """Return kubetui(1)."""
    context = click.Context(main, info_name="kubetui", **main.context_settings)
    usage = " ".join(main.collect_usage_pieces(context))
    lines = [
        f'.TH KUBETUI 1 "" "kubetui {__version__}" "User Commands"',
        ".SH NAME",
        f"kubetui \\- {escaped(ABOUT)}",
        ".SH SYNOPSIS",
        ".B kubetui",
        escaped(usage),
        ".SH DESCRIPTION",
        *paragraphs(main.help or ""),
        ".SH OPTIONS",
        *options(main, context),
        ".SH COMMANDS",
        *commands(),
        ".SH FILES",
        *(line for path, what in FILES for line in (".TP", f".I {escaped(path)}", escaped(what))),
        ".SH SEE ALSO",
        ".BR kubectl (1),",
        ".BR vagrant (1)",
    ]
    return "\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """Return every page by its file's name; the second program is the same, and its page says so."""
    return {"kubetui.1": page(), "kubetui-wizard.1": ".so man1/kubetui.1\n"}


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
