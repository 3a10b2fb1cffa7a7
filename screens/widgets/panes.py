"""Panes with a titled border, and the dialog that stands over a screen."""

from __future__ import annotations

from typing import ClassVar, Final, TypeVar

from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget

from screens.widgets.symbols import plain_signs

T = TypeVar("T")
LISTS: Final = (36, 48, 66)
"""Columns of the lists beside a log, on a narrow, a wide and a roomy terminal."""


class Pane(Vertical):
    """A part of a screen, under a title; its border is brighter while the focus is in it.

    A widget that is a pane by itself has the class `pane` and a `border_title`.
    """

    def __init__(self, title: str, *children: Widget, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(*children, id=id, classes="pane")
        self.border_title = title


class Dialog(ModalScreen[T]):
    """A box in the middle of a dimmed screen; subclasses compose one Vertical.

    The class `-danger` makes it red: what it asks for deletes something.
    """

    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background 60%; }
    Dialog > Vertical {
        width: 100%; max-width: 96; height: auto; max-height: 100%; padding: 1 2; background: $surface;
        border: round $border; border-title-style: bold; border-title-color: $accent; border-subtitle-color: $text;
    }
    Dialog.-danger > Vertical { border: round $error; border-title-color: $error; }
    Dialog.-ascii > Vertical { border: ascii $border; }
    Dialog.-ascii.-danger > Vertical { border: ascii $error; }
    Dialog Static { height: auto; }
    Dialog VerticalScroll { height: auto; max-height: 12; margin: 1 0; }
    Dialog Input { margin: 1 0; }
    Dialog .keys { text-style: dim; margin: 1 0 0 0; }
    """
    DANGER: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.set_class(self.DANGER, "-danger")
        self.set_class(plain_signs(), "-ascii")
