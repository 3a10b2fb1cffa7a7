"""Why a step is needed and what stands behind it; on a wide terminal also its commands and what they change."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content

from kubetui.base.text import clean
from kubetui.explain.concepts import concept
from screens.explain.lesson import Lesson
from screens.widgets.chrome import marked
from screens.widgets.panes import Pane
from screens.widgets.static import Static
from screens.widgets.symbols import signs

NAMED = 3
"""The most concepts of a step that are named beside the key that explains them."""


class WhyPane(Pane):
    """Shows one text, which the screen replaces."""

    DEFAULT_CSS = """
    WhyPane { height: 6; }
    WhyPane > Static { height: auto; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__("Why", id=id)

    def compose(self) -> ComposeResult:
        """Draw the pane."""
        yield Static("", id="why", markup=False)

    def tell(self, text: Content) -> None:
        """Show another text."""
        self.query_one("#why", Static).say(text)


def why(shown: Lesson | None, cause: str = "", *, roomy: bool) -> list[Content]:
    """Return why a step is needed, or the `cause` of its failure; with room, also its commands and what it changes."""
    if shown is None:
        return [Content("Preparing ...")]
    if cause:
        return [marked("failed", clean(cause)), Content("enter shows what to do.")]
    lines = [Content(clean(shown.why))]
    if shown.concepts:
        lines.append(explain_line(shown))
    return [*lines, *_more(shown)] if roomy else lines


def explain_line(shown: Lesson) -> Content:
    """Return the first concepts of a step, with the key that explains all of them."""
    names = [concept(name).title for name in shown.concepts]
    more = [f"{len(names) - NAMED} more"] if len(names) > NAMED else []
    return Content.assemble(("e Explain", "$accent"), ": ", f" {signs().dot} ".join([*names[:NAMED], *more]))


def _more(shown: Lesson) -> list[Content]:
    concepts = map(concept, shown.concepts)
    shorts = [Content.assemble((each.title, "bold"), f"  {each.short}") for each in concepts]
    return [
        Content(),
        *commands_of(shown),
        Content(),
        *changes_of(shown),
        Content(),
        source_of(shown),
        Content(),
        *shorts,
    ]


def commands_of(shown: Lesson) -> list[Content]:
    """Return a heading and the commands, or that there are none."""
    if not shown.commands:
        return [Content.styled(shown.none or "There are no commands to type for this step.", "dim")]
    lines = [Content.assemble(("$ ", "dim"), (clean(each), "$code")) for each in shown.commands]
    return [Content.styled(f"Commands on {shown.machine}", "bold"), *lines]


def changes_of(shown: Lesson) -> list[Content]:
    """Return a heading and what the step changes, or that it changes nothing."""
    if not shown.changes:
        return [Content.styled("It changes nothing on the machine.", "dim")]
    return [Content.styled("What it changes", "bold"), *(Content(clean(each)) for each in shown.changes)]


def source_of(shown: Lesson) -> Content:
    """Return the page that the step comes from."""
    return Content.styled(clean(shown.source), "dim")
