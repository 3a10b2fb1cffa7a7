"""Pages as text for a terminal: Markdown laid out for its width, without colours, links as plain words."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import ClassVar, Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown, MarkdownElement, TableElement
from rich.table import Table
from rich.text import Text

from kubetui.explain.plain import fitting

_LINK: Final = re.compile(r"\[((?:[^]`]|`[^`]*`)+)\]\(([^)]+)\)")
_PICTURE: Final = re.compile(r"!\[[^]]*\]\([^)]+\)")
_COMMENT: Final = re.compile(r"^<!--.*?-->\n", re.MULTILINE | re.DOTALL)
_CODE: Final = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_UNDERLINES: Final = {"h1": "=", "h2": "-"}


class _Heading(Heading):
    """A heading at the left, underlined: nothing tells it from the text where there are no colours."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it."""
        text = self.text.plain
        yield Text(text)
        if self.tag in _UNDERLINES:
            yield Text(_UNDERLINES[self.tag] * min(len(text), options.max_width))


class _Code(CodeBlock):
    """What is to be typed or written: never broken into lines, so that it can be copied."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it."""
        for line in self.text.plain.rstrip("\n").split("\n"):
            yield Text(f"    {line}".rstrip(), no_wrap=True, overflow="ignore")


class _Table(TableElement):
    """A table that breaks a long word where the column ends, and leaves nothing out."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it."""
        for each in super().__rich_console__(console, options):
            if isinstance(each, Table):
                for column in each.columns:
                    column.overflow = "fold"
            yield each


class _Page(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _Heading,
        "fence": _Code,
        "code_block": _Code,
        "table_open": _Table,
    }


def laid_out(text: str, columns: int) -> str:
    """Return a page for a terminal of this width; a link to another page says how to read it."""
    out = io.StringIO()
    console = Console(file=out, width=fitting(columns), color_system=None, force_terminal=False, legacy_windows=False)
    console.print(_Page("\n".join(_spoken(text)), hyperlinks=False), soft_wrap=False, crop=False)
    lines = (line.rstrip() for line in out.getvalue().splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _spoken(text: str) -> Iterator[str]:
    """Yield the lines, outside of code without pictures, with links in words and code that keeps its marks."""
    fenced = False
    for line in _COMMENT.sub("", text).splitlines():
        fence = line.lstrip().startswith("```")
        fenced ^= fence
        if fence or fenced or line.startswith("    "):
            yield line
        else:
            yield _CODE.sub(r"`` `\1` ``", _LINK.sub(_words, _PICTURE.sub("", line)))


def _words(link: re.Match[str]) -> str:
    words, target = link[1], link[2]
    if "://" in target:
        return words if target in words else f"{words} ({target})"
    page, _, _ = target.rpartition("/")[2].partition("#")
    name = page.removesuffix(".md")
    if not page.endswith(".md") or name in words:
        return words
    return f"{words} (`kubetui docs {name}`)"
