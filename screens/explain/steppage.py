"""The page of one step on one machine: its commands, what it changes, why, and the whole script."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content

from kubetui.base.errors import KubetuiError
from kubetui.base.text import clean
from kubetui.operations.plan import whole_script
from kubetui.profile.plan import Plan
from kubetui.profile.words import note
from screens.explain.concepts import ConceptScreen
from screens.explain.lesson import BY_NAME, Lesson
from screens.explain.whypane import changes_of, commands_of, explain_line, source_of
from screens.widgets.chrome import PlainScreen, TitleLine, key
from screens.widgets.static import Static


class StepPage(PlainScreen):
    """Shows what a step does on a machine, with that machine's values; secrets are hidden."""

    DEFAULT_CSS = """
    StepPage > VerticalScroll { height: 1fr; padding: 0 2; scrollbar-size-vertical: 1; }
    StepPage > VerticalScroll > Static { height: auto; margin: 0 0 1 0; }
    StepPage #script { display: none; color: $code; }
    StepPage.-script #script { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("w", "script", "Whole script", tip="Show the whole script that kubetui runs, and hide it again."),
        key("e", "explain", "Explain", tip="Explain the concepts behind this step."),
        key("y", "copy", "Copy", tip="Copy the commands."),
        key("j,down", "scroll(1)", "Down", show=False, tip="One row down."),
        key("k,up", "scroll(-1)", "Up", show=False, tip="One row up."),
        key("escape", "back", "Back", display="esc", tip="Go back to the run."),
        key("question_mark,f1", "keys", "Help", display="?", tip="This list."),
    ]

    def __init__(self, plan: Plan, shown: Lesson) -> None:
        super().__init__()
        self._plan = plan
        self._shown = shown
        self._script = ""

    def compose(self) -> ComposeResult:
        """Draw the screen."""
        shown = self._shown
        head = TitleLine(f"{clean(shown.title)} on {shown.machine}")
        head.note = note(self._plan.profile)
        yield head
        with VerticalScroll():
            yield Static(Content("\n").join(commands_of(shown)), id="commands", markup=False)
            yield Static(Content("\n").join(changes_of(shown)), id="changes", markup=False)
            yield Static(Content("\n").join(self._why()), id="why", markup=False)
            yield Static(Content("w shows the whole script."), id="more", classes="muted", markup=False)
            yield Static("", id="script", markup=False)
        yield self.foot()

    def on_mount(self) -> None:
        """Take the keys."""
        self.query_one(VerticalScroll).focus()

    def _why(self) -> list[Content]:
        shown = self._shown
        concepts = [explain_line(shown)] if shown.concepts else []
        return [Content.styled("Why", "bold"), Content(clean(shown.why)), *concepts, source_of(shown)]

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Offer the keys that apply to this step."""
        if action == "explain":
            return bool(self._shown.concepts)
        return bool(self._shown.commands) if action == "copy" else True

    @work(exclusive=True)
    async def action_script(self) -> None:
        """Show or hide the whole script."""
        if not self._script:
            # in a thread: a custom pod network may have to be downloaded
            self._script = await asyncio.to_thread(self.script)
            self.query_one("#script", Static).update(Content(self._script))
        self.toggle_class("-script")
        hidden = not self.has_class("-script")
        self.query_one("#more", Static).update(Content(f"w {'shows' if hidden else 'hides'} the whole script."))

    def script(self) -> str:
        """Return the whole script without passwords, or why there is none. May read or fetch a manifest."""
        shown = self._shown
        machine = next(each for each in self._plan.everyone if each.name == shown.machine)
        try:
            text = whole_script(BY_NAME[shown.step], self._plan, machine)
        except KubetuiError as error:
            return f"The script is not known yet. {error}"
        lines = (clean(line) for line in text.splitlines())
        return "\n".join(lines) or "kubetui runs no script in the machine for this step."

    def action_explain(self) -> None:
        """Explain the concepts."""
        self.app.push_screen(ConceptScreen(self._shown.concepts))

    def action_copy(self) -> None:
        """Copy the commands."""
        self.app.copy_to_clipboard("\n".join(self._shown.commands))
        self.notify("Copied.")

    def action_scroll(self, rows: int) -> None:
        """Scroll."""
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)
