"""The log pane: a titled border, the lines, and a prompt for search and filter."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final, Literal

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from kubetui.base.text import clean
from screens.log.buffers import Buffer, machine_of, text_of
from screens.log.lines import LogLines
from screens.log.view import pattern
from screens.widgets.dialogs import Ask
from screens.widgets.lines import entitle
from screens.widgets.static import Static
from screens.widgets.symbols import signs

Prompt = Literal["search", "filter"]
_LABELS: Final[dict[Prompt, str]] = {"search": "Search", "filter": "Only lines with"}


class LogPane(Vertical):
    """One log with its title and its prompt."""

    DEFAULT_CSS = """
    LogPane > LogLines { height: 1fr; }
    LogPane > .prompt { height: 1; display: none; }
    LogPane > .prompt > Static { width: auto; color: $accent; padding: 0 1 0 0; }
    LogPane > .prompt > Input { width: 1fr; }
    LogPane.-asking > .prompt { display: block; }
    """

    def __init__(self, name: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes="pane")
        self._cluster = name
        self._machine = ""
        self._asking: Prompt = "search"
        self._before: Widget | None = None
        self._texts = {"search": "", "filter": ""}
        self._title = Content("")

    def compose(self) -> ComposeResult:
        """Draw the pane."""
        yield LogLines()
        with Horizontal(classes="prompt"):
            yield Static("", id="log-label", markup=False)
            prompt = Input(id="log-prompt", compact=True)
            prompt.cursor_blink = False
            yield prompt

    def on_resize(self) -> None:
        """Fit the title to the new width."""
        self.say_state()

    @property
    def lines(self) -> LogLines:
        """The widget that shows the lines."""
        return self.query_one(LogLines)

    @property
    def asking(self) -> bool:
        """Whether the prompt is open."""
        return self.has_class("-asking")

    @property
    def narrowed(self) -> bool:
        """Whether a filter or a search is on."""
        return any(self._texts.values())

    def show(self, title: str, buffer: Buffer, machine: str = "", machines: tuple[str, ...] = ()) -> None:
        """Show a buffer under a title."""
        self._machine = machine or "all"
        self._title = Content(clean(title))
        self.lines.show(buffer, machines)
        self.say_state()

    @on(LogLines.Moved)
    def say_state(self) -> None:
        """Show in the border the title, the filter, the search, and whether the log follows its end."""
        lines, parts = self.lines, []
        if self._texts["filter"]:
            parts.append(f"only “{self._texts['filter']}”")
        if self._texts["search"]:
            parts.append(f"“{self._texts['search']}”" + ("" if lines.current is not None else ": none"))
        newer = lines.view.missing
        parts.append("following" if lines.view.following else f"paused, {newer:,} newer" if newer else "paused")
        entitle(self, self._title, Content(f" {signs().dot} ".join(parts)))

    def ask(self, what: Prompt) -> None:
        """Open the prompt."""
        self._asking = what
        self._before = self.screen.focused
        prompt = self.query_one("#log-prompt", Input)
        self.query_one("#log-label", Static).update(_LABELS[what])
        with prompt.prevent(Input.Changed):
            prompt.value = self._texts[what]
        self.add_class("-asking")
        prompt.focus()

    def close_prompt(self) -> None:
        """Close the prompt and return the focus."""
        self.remove_class("-asking")
        if self._before is not None:
            self._before.focus()

    def clear(self) -> None:
        """Clear the filter and the search."""
        self._set("filter", "")
        self._set("search", "")

    @on(Input.Changed, "#log-prompt")
    def typed(self, event: Input.Changed) -> None:
        """Filter or mark while the person types."""
        event.stop()
        if self.asking:
            self._set(self._asking, event.value)

    @on(Input.Submitted, "#log-prompt")
    def entered(self, event: Input.Submitted) -> None:
        """Close the prompt and go to the first match."""
        event.stop()
        self.close_prompt()
        if self._asking == "search" and self._texts["search"]:
            self.jump(-1)

    def _set(self, what: Prompt, text: str) -> None:
        if self._texts[what] == text:
            return
        self._texts[what] = text
        lines = self.lines
        if what == "filter":
            lines.wanted = pattern(text)
            lines.rearrange()
        else:
            lines.searched, lines.current = pattern(text), None
            lines.refresh()
        self.say_state()

    def jump(self, step: int) -> None:
        """Go to another match, or open the prompt if there is no search."""
        if not self._texts["search"]:
            self.ask("search")
            return
        self.lines.jump(step)
        self.say_state()

    def save(self) -> None:
        """Ask for a file name and save the visible lines there."""
        words = "Saves the lines that pass the filter, with their times. The cluster's folder has the whole log."
        proposal = f"{self._cluster}-{self._machine}.log"
        self.app.push_screen(Ask("Save these lines", words, proposal, self._write))

    def _write(self, text: str, confirmed: bool) -> str:  # noqa: FBT001 - Ask's callback
        path = Path(text).expanduser()
        if path.exists() and not confirmed:
            return f"{path} already exists. Press Enter again to overwrite it."
        try:
            with path.open("w", encoding="utf-8") as file:
                for entry in self.lines.view.entries():
                    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry.at))
                    file.write(f"{stamp} {machine_of(entry)} {text_of(entry)}\n")
        except OSError as error:
            return f"{path}: {error.strerror}."
        self.notify(f"Saved to {path.absolute()}", markup=False)
        return ""
