"""An error's page, to read and copy."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content

from kubetui.explain.concepts import Concept
from kubetui.explain.errors import ErrorPage, pages
from kubetui.explain.plain import CONTINUES, continues, related
from screens.explain.concepts import ConceptScreen
from screens.widgets.chrome import key
from screens.widgets.reader import Reader


class ErrorScreen(Reader):
    """Shows an error's page; `e` opens the concept of the same name where there is one."""

    BINDINGS: ClassVar[list[BindingType]] = [key("e", "concept", "Explain")]

    def __init__(self, id_: str) -> None:
        # the run may be one of an older kubetui
        page = pages().get(id_)
        self._concept = related(page) if page else None
        text = error_text(page, self._concept) if page else Content("This kubetui has no page for this error.")
        super().__init__(id_, text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the concept where there is one."""
        return self._concept is not None if action == "concept" else super().check_action(action, parameters)

    def action_concept(self) -> None:
        """Explain the concept."""
        if self._concept is not None:
            self.app.push_screen(ConceptScreen((self._concept.name,)))


def error_text(page: ErrorPage, other: Concept | None) -> Content:
    """Return an error's page as a screen shows it."""
    parts = [Content.styled(page.happened, "bold"), Content(page.helps)]
    if continues(page):
        parts.append(Content(CONTINUES))
    if other is not None:
        parts.append(Content.assemble(("e", "$accent"), f" Explain: {other.title}"))
    return Content("\n\n").join(parts)
