"""The concepts of `kubetui explain` as one page of Markdown, from the same files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kubetui.explain.concepts import Concept, all_concepts

_TOP: Final = """# Concepts

What stands behind the steps: each in a few sentences, with a command to try and the official page. `kubetui explain
NAME` shows one in the terminal.
"""


def reference() -> str:
    """Return every concept, as Markdown."""
    return "\n".join((_TOP, *("\n".join(_section(each)) for each in all_concepts())))


def _section(each: Concept) -> Iterator[str]:
    # the heading is the name, so that others find it by its anchor
    yield f"## {each.name}\n"
    if each.title.lower().replace(" ", "-") != each.name:
        yield f"**{each.title}**\n"
    yield "\n\n".join(each.text.splitlines()) + "\n"
    yield f"Try {each.at.words}:\n\n```sh\n{each.command}\n```\n"
    links = ", ".join(f"[{name}](#{name})" for name in each.see)
    yield f"[Read more]({each.link}). See also {links}.\n"
