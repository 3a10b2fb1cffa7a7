"""The pages of the documentation: the Markdown files of the package or the checkout, and what is made from the code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

from kubetui.base.errors import KubetuiError, UsageError
from kubetui.base.files import shipped
from kubetui.base.text import did_you_mean, shown

KINDS: Final[Mapping[str, str]] = {
    "start": "Quick starts",
    "howto": "How to",
    "": "Topics",
    "reference": "Reference",
}
"""The kinds of pages, in the order in which they are listed, by their folder."""
LEFT_OUT: Final = frozenset({"screenshots"})


@dataclass(frozen=True, slots=True)
class Page:
    """A page. `folder` is where it is below docs/, and says of which kind it is; `name` is what people call it."""

    name: str
    folder: str
    text: Callable[[], str]

    @property
    def kind(self) -> str:
        """What kind of page it is, in words."""
        return KINDS[self.folder]


@dataclass(frozen=True, slots=True)
class Summary:
    """A page's title, and its first sentence, which says what it is about."""

    title: str
    sentence: str


def written() -> Iterator[Page]:
    """Yield the pages that are files, by folder and name. Raises KubetuiError where there are none."""
    root = shipped("docs")
    files = sorted(root.rglob("*.md"))
    if not files:
        raise KubetuiError(f"{root} has no pages, so this kubetui is not whole.", fix="Install it again.")
    for path in files:
        place = path.relative_to(root).parent.as_posix()
        if place not in LEFT_OUT:
            yield Page(path.stem, "" if place == "." else place, lambda path=path: path.read_text(encoding="utf-8"))  # type: ignore[misc]


def made(commands: Callable[[], str]) -> Iterator[Page]:
    """Yield the pages that are made from the code; `commands` makes the reference of the command line."""

    def profile() -> str:
        from kubetui.cli.docs.profile import reference

        return reference()

    def errors() -> str:
        return resources.files("kubetui.explain").joinpath("errors.md").read_text(encoding="utf-8")

    def concepts() -> str:
        from kubetui.cli.docs.concepts import reference

        return reference()

    for name, text in (("profile", profile), ("commands", commands), ("concepts", concepts), ("errors", errors)):
        yield Page(name, "reference", text)


def summary(text: str) -> Summary:
    """Return a page's title and first sentence."""
    title, _, body = text.removeprefix("# ").partition("\n")
    paragraph = " ".join(body.strip().partition("\n\n")[0].split())
    return Summary(title, paragraph.partition(". ")[0].rstrip(".:") + ".")


def find(pages: Iterator[Page], name: str) -> Page:
    """Return the page of a name; a folder before it and .md after it may be there.

    Raises UsageError with similar names.
    """
    known = {page.name: page for page in pages}
    wanted = name.lower().removesuffix(".md").rpartition("/")[2]
    if wanted in known:
        return known[wanted]
    guess = did_you_mean(wanted, known, most=3, otherwise="")
    raise UsageError(f"There is no page called {shown(name)}.", fix=f"{guess} `kubetui docs` lists the pages.".strip())
