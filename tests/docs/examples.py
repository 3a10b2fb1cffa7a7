"""The examples of the documentation: blocks of Markdown, the commands in them, and what click makes of these."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

ROOT = Path(__file__).parents[2]
PAGES = (*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md")
PROGRAMS = ("kubetui", ".venv/bin/kubetui")

_FENCE = re.compile(
    r"(?:^<!-- (?P<marker>[^\n]*?) -->\n)?^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
_INLINE = re.compile(r"(?<!`)`(kubetui [^`]+)`(?!`)")
_INSIDE = re.compile(r"\$\(([^()]*)\)")


@dataclass(frozen=True)
class Block:
    """A block of code. `marker` is the comment above it: what it needs that no test has, or how it fails."""

    language: str
    text: str
    marker: str


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    for found in _FENCE.finditer(page.read_text(encoding="utf-8")):
        yield Block(found["language"], textwrap.dedent(found["text"]), found["marker"] or "")


def inline(page: Path) -> Iterator[list[str]]:
    """Yield the commands that a text mentions, outside of blocks."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    for found in _INLINE.finditer(text):
        yield shlex.split(" ".join(found[1].split()))[1:]


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words of each call of kubetui in a piece of shell, without its own name."""
    for line in text.replace("\\\n", " ").splitlines():
        reader = shlex.shlex(line, posix=True, punctuation_chars=True)
        reader.whitespace_split = True
        call: list[str] | None = None
        for word in reader:
            for inner in _INSIDE.findall(word):
                yield from commands(inner)
            if set(word) <= set("();<>|&"):
                if call is not None:
                    yield call
                call = None
            elif call is not None:
                call.append(word)
            elif word in PROGRAMS:
                call = []
        if call is not None:
            yield call


def parse(root: click.Command, words: list[str], *, whole: bool) -> list[str]:
    """Return the command that the words name. Raises click's own error for a word that it does not know.

    `whole` refuses arguments that are missing as well; a text may leave them out.
    """
    context = click.Context(root, info_name="kubetui", **root.context_settings)
    command, rest, path = root, list(words), []
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        _, found, rest = command.resolve_command(context, rest)
        assert found is not None
        path.append(found.name or "")
        command = found
        context = click.Context(found, info_name=found.name, parent=context, **found.context_settings)
    if whole:
        command.make_context("kubetui", rest, parent=context.parent)
    else:
        known = {each for option in command.get_params(context) for each in (*option.opts, *option.secondary_opts)}
        for word in rest[: rest.index("--") if "--" in rest else len(rest)]:
            if word.startswith("-") and word.partition("=")[0] not in known:
                raise click.NoSuchOption(word.partition("=")[0])
    return path
