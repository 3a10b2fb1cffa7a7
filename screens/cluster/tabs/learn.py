"""What to try next on a cluster: exercises with their commands and a check, then the tutorial's lessons."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList

from kubetui.base.errors import KubetuiError
from kubetui.base.text import clean
from kubetui.cluster.folder import Cluster
from kubetui.explain.exercises import WORKER, Exercise, exercises
from kubetui.profile.machine import Role
from kubetui.profile.plan import Plan
from screens.asking.meeting import meet
from screens.cluster.tabs import lessons
from screens.cluster.tabs.lessons import UNREAL, Learning, OnMachines, Teacher
from screens.cluster.tabs.part import Part
from screens.cluster.watch import Seen, Watch
from screens.widgets.chrome import key, marked
from screens.widgets.lists import RowList
from screens.widgets.panes import Pane
from screens.widgets.static import Static
from screens.widgets.symbols import COLOURS, Mark, signs

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access

_WIDTH: Final = 40
"""Columns of the list beside the text."""
_PLACES: Final = {
    "host": "In a shell with the cluster's kubeconfig (1, then y copies the line that sets it):",
    "control plane": "On the control plane (s opens a shell):",
}
_ELSEWHERE: Final = {
    "host": "In a shell with a real cluster's kubeconfig:",
    "control plane": "On the control plane of a real cluster:",
}
"""What stands in their place where there is no cluster."""


class LearnPart(Part):
    """Exercises and lessons on the left, the chosen one on the right."""

    DEFAULT_CSS = f"""
    LearnPart > Horizontal {{ height: 1fr; }}
    LearnPart #exercises-pane {{ width: {_WIDTH}; }}
    LearnPart #exercise-pane {{ width: 1fr; }}
    LearnPart VerticalScroll {{ scrollbar-size-vertical: 1; }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            "enter", "verify", "Verify", tip="Look whether the chosen exercise or lesson is done, or begin the lesson."
        ),
        key("enter", "no_verify", "Verify", tip="A rehearsal has nothing to verify.", show=False),
        key("y", "copy", "Copy", tip="Copy the commands of the chosen one."),
        key("u", "copy_undo", "Copy undo", tip="Copy the command that removes what it leaves."),
    ]

    def __init__(self, cluster: Cluster, watch: Watch, plan: Plan | None, teacher: Teacher | None = None) -> None:
        super().__init__(cluster, watch, "Learn")
        workers = [each.name for each in plan.machines if each.role is Role.WORKER] if plan else []
        self._exercises = {each.name: each for each in exercises(workers)}
        self._answers: dict[str, tuple[Mark, str]] = {}
        self._plan = plan
        self._lessons = lessons.of_cluster(cluster, teacher or OnMachines())
        self._rehearsal = plan is not None and plan.provider.rehearsal

    def compose(self) -> ComposeResult:
        """Draw the part."""
        with Horizontal():
            yield Pane("What to try", RowList(id="exercises"), id="exercises-pane")
            yield Pane("", VerticalScroll(Static("", id="exercise", markup=False), can_focus=False), id="exercise-pane")

    def opened(self) -> None:
        """Show the list, and take the focus."""
        self.query_one(RowList).focus()
        for each in self._lessons.values():
            each.recall()
        self._fill()

    def _fill(self) -> None:
        rows = [(name, self._row(self._mark(each), each.title)) for name, each in self._exercises.items()]
        rows.append(("-lessons", Content.styled("The tutorial's next steps", "dim")))
        rows += [(name, self._row(each.mark, each.title)) for name, each in self._lessons.items()]
        self.query_one(RowList).show_rows(rows)
        self._show()

    @staticmethod
    def _row(mark: Mark, title: str) -> Content:
        return Content.assemble((f"{signs().of(mark)} ", COLOURS[mark]), title)

    def look(self, _seen: Seen, /) -> None:
        """Show what lessons have found meanwhile."""
        if [each for each in self._lessons.values() if each.settle()]:
            self._fill()

    def on_unmount(self) -> None:
        """Stop what is being judged; what it started on the cluster is removed."""
        for each in self._lessons.values():
            if each.thread is not None:
                each.thread.stop_now()

    def _mark(self, exercise: Exercise) -> Mark:
        return self._answers[exercise.name][0] if exercise.name in self._answers else "waiting"

    @property
    def lesson(self) -> Learning | None:
        """The chosen lesson; None where an exercise is chosen."""
        return self._lessons.get(self.query_one(RowList).chosen or "")

    @property
    def exercise(self) -> Exercise:
        """The chosen exercise."""
        chosen = self.query_one(RowList).chosen
        return self._exercises[chosen] if chosen in self._exercises else next(iter(self._exercises.values()))

    @on(OptionList.OptionHighlighted, "#exercises")
    def _show(self) -> None:
        lesson, exercise = self.lesson, self.exercise
        self.query_one("#exercise-pane", Pane).border_title = (lesson or exercise).title
        parts = [*lesson.words(real=not self._rehearsal)] if lesson else self._words(exercise)
        self.query_one("#exercise", Static).update(Content("\n").join(parts))
        self.refresh_bindings()

    def _words(self, exercise: Exercise) -> list[Content]:
        place = (_ELSEWHERE if self._rehearsal else _PLACES)[exercise.where]
        parts = [Content(exercise.text), Content(), Content.styled(place, "dim")]
        parts += [Content.styled(f"$ {command}", "$code") for command in exercise.commands]
        if exercise.undo:
            parts += [Content(), Content.styled("To undo it (u copies):", "dim")]
            parts += [Content.styled(f"$ {exercise.undo}", "$code")]
        answer = self._answers.get(exercise.name)
        return [
            *parts,
            Content(),
            marked(*answer)
            if answer
            else Content.styled(UNREAL if self._rehearsal else "enter verifies whether it is done.", "dim"),
        ]

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Offer to verify where that can be, and to copy the undo where there is one."""
        if action in {"verify", "no_verify"}:
            return (action == "verify") != self._rehearsal
        return action != "copy_undo" or not self.is_mounted or bool((self.lesson or self.exercise).undo)

    @on(OptionList.OptionSelected, "#exercises")
    def action_verify(self) -> None:
        """Check the chosen exercise, or begin or check the chosen lesson."""
        if lesson := self.lesson:
            self._learn(lesson)
        elif self._rehearsal:
            self._answer(self.exercise, "attention", "This is a rehearsal: there is no cluster to try this on.")
        elif self._mark(self.exercise) != "running":
            self._answer(self.exercise, "running", "checking ...")
            self._check(self.exercise)

    def action_no_verify(self) -> None:
        """Say why nothing is verified."""
        self.action_verify()

    def _learn(self, lesson: Learning) -> None:
        def begin(access: Access | None = None) -> None:
            lesson.act(access)
            self._fill()

        if self._rehearsal:
            lesson.answer = ("attention", "This is a rehearsal: there is no cluster to try this on.")
            self._fill()
        elif self._plan is None:
            begin()
        else:
            meet(self.app, self._plan, begin)

    @work
    async def _check(self, exercise: Exercise) -> None:
        values = {WORKER: exercise.worker} if exercise.worker else {}
        try:
            asked = self.watching.ask(lambda looks: looks.attempt(exercise.check, values))
            result = await asyncio.wrap_future(asked)
        except (KubetuiError, OSError) as error:
            self._answer(exercise, "attention", f"It could not be checked: {error}")
            return
        said = "\n".join(clean(line).removeprefix("error: ") for line in result.lines if line.strip())
        if not result.ok:
            self._answer(exercise, "attention", f"Not done yet: {said}" if said else "Not done yet.")
        elif exercise.looks:
            self._answer(exercise, "done", f"This is what there is to see: {said}")
        else:
            self._answer(exercise, "done", f"Done: {said}")

    def _answer(self, exercise: Exercise, mark: Mark, text: str) -> None:
        self._answers[exercise.name] = (mark, text)
        self._fill()

    def action_copy(self) -> None:
        """Copy the commands."""
        self.app.copy_to_clipboard("\n".join((self.lesson or self.exercise).commands))
        self.notify("Copied.")

    def action_copy_undo(self) -> None:
        """Copy the command that undoes it."""
        self.app.copy_to_clipboard((self.lesson or self.exercise).undo)
        self.notify("Copied.")
