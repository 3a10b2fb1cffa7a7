"""The dialog that explains concepts: those behind a step first, then all others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList

from kubetui.explain.concepts import Concept, all_concepts, concept
from screens.widgets.chrome import key
from screens.widgets.lists import RowList
from screens.widgets.panes import Dialog
from screens.widgets.static import Static


class ConceptScreen(Dialog[None]):
    """Shows concepts, those of `names` first; `y` copies the command of the one that is shown."""

    DEFAULT_CSS = """
    ConceptScreen > Vertical { max-width: 110; height: 100%; max-height: 30; padding: 0 1; }
    ConceptScreen Horizontal { height: 1fr; }
    ConceptScreen RowList { width: 25; height: 100%; }
    ConceptScreen VerticalScroll {
        width: 1fr; height: 100%; max-height: 100%; margin: 0; padding: 0 1; border-left: solid $border-blurred;
        scrollbar-size-vertical: 1;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("y", "copy", "Copy the command"),
        key("space", "more", "More", display="space"),
        key("escape,q,e", "dismiss", "Close", display="esc"),
    ]

    def __init__(self, names: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._names = names

    def compose(self) -> ComposeResult:
        """Draw the list, and the text beside it."""
        with Vertical() as box:
            box.border_title = "Concepts"
            box.border_subtitle = "y Copy the command   space More   esc Close"
            with Horizontal():
                yield RowList()
                with VerticalScroll(can_focus=False):
                    yield Static("", id="text", markup=False)

    def on_mount(self) -> None:
        """Show the first concept."""
        rows = self.query_one(RowList)
        rows.show_rows(self._rows())
        rows.focus()

    def _rows(self) -> Iterator[tuple[str, Content]]:
        if self._names:
            yield "-first", Content.styled("Behind this step", "bold")
            yield from ((name, Content(concept(name).title)) for name in self._names)
            yield "-others", Content.styled("All others", "bold")
        others = (each for each in all_concepts() if each.name not in self._names)
        yield from ((each.name, Content(each.title)) for each in sorted(others, key=lambda each: each.title.lower()))

    @property
    def shown(self) -> Concept:
        """The concept that is shown."""
        return concept(self.query_one(RowList).chosen or all_concepts()[0].name)

    @on(OptionList.OptionHighlighted)
    def show(self) -> None:
        """Show the chosen concept from its beginning."""
        self.query_one("#text", Static).update(concept_text(self.shown))
        self.query_one(VerticalScroll).scroll_home(animate=False, immediate=True)

    def action_more(self) -> None:
        """Scroll the text, from its end back to its beginning."""
        box = self.query_one(VerticalScroll)
        if box.scroll_offset.y >= box.max_scroll_y:
            box.scroll_home(animate=False)
        else:
            box.scroll_page_down(animate=False)

    def action_copy(self) -> None:
        """Copy the command to the clipboard, if the terminal allows it."""
        self.app.copy_to_clipboard(self.shown.command)
        self.app.notify("Copied.", markup=False)


def concept_text(each: Concept) -> Content:
    """Return a concept as a screen shows it."""
    return Content("\n\n").join(
        [
            Content.styled(each.title, "bold"),
            *(Content(paragraph) for paragraph in each.text.splitlines()),
            Content.assemble(f"Try {each.at.words}:\n", (each.command, "$code")),
            Content(f"Read more:\n{each.link}"),
            Content(f"See also: {', '.join(concept(name).title for name in each.see)}"),
        ]
    )
