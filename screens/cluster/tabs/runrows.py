"""The rows of the last run's lists: machines and steps, with what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.content import Content

from kubetui.base.text import duration
from kubetui.engine.events import Outcome
from kubetui.record.lastrun import Ran
from screens.explain.lesson import BY_NAME
from screens.explain.spent import AS_IS, took
from screens.widgets.lines import fitted
from screens.widgets.symbols import COLOURS, Mark, signs

_MARKS: Final[dict[Outcome | None, Mark]] = {
    Outcome.DONE: "done",
    Outcome.UNCHANGED: "done",
    Outcome.FAILED: "failed",
    Outcome.BLOCKED: "waiting",
}


def title_of(step: str) -> str:
    """Return the title of a step; its name where this kubetui does not have it."""
    return BY_NAME[step].title if step in BY_NAME else step


def current(ran: Sequence[Ran]) -> str:
    """Return the step to look at: the failed one, or else the last that was begun; empty where there is none."""
    failed = [each.task.step for each in ran if each.outcome is Outcome.FAILED]
    begun = [each.task.step for each in ran if each.outcome is not Outcome.BLOCKED]
    return next(iter(failed), begun[-1] if begun else "")


def step_row(ran: Ran, width: int, *, ended: bool) -> Content:
    """Return a step's row: its sign, its title, its seconds or what became of it."""
    mark = _MARKS.get(ran.outcome, "attention" if ended else "running")
    last = AS_IS if ran.outcome is Outcome.UNCHANGED else took(ran.seconds)
    if ran.outcome is None:
        last = "cut short" if ended else "running"
    elif ran.outcome is Outcome.BLOCKED:
        last = "not begun"
    title = fitted(title_of(ran.task.step), max(4, width - len(last) - 3))
    return Content.assemble((f"{signs().of(mark)} ", COLOURS[mark]), title, (f" {last}", "dim"))


def machine_row(name: str, ran: Sequence[Ran], width: int) -> Content:
    """Return a machine's row: its sign, its name, how many steps are done, and the time that they took."""
    failed = any(each.outcome is Outcome.FAILED for each in ran)
    done = sum(each.outcome in {Outcome.DONE, Outcome.UNCHANGED} for each in ran)
    mark: Mark = "failed" if failed else "done" if done == len(ran) else "attention"
    last = f"{done}/{len(ran)} {duration(sum(each.seconds for each in ran)):>6}"
    return Content.assemble(
        (f"{signs().of(mark)} ", COLOURS[mark]), fitted(name, max(4, width - len(last) - 3)), (f" {last}", "dim")
    )
