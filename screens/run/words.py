"""A run in words: status, the rows of machines and steps, why, and questions; pure functions of a session."""

from __future__ import annotations

from textual.content import Content

from kubetui.base.text import counted, duration
from kubetui.engine.events import GOOD, Outcome, TaskFinished, TaskId
from kubetui.engine.progress import Progress
from screens.explain.lesson import BY_NAME
from screens.explain.spent import AS_IS, LONG, took
from screens.run.forecast import Rest
from screens.run.panes import machinelist, steplist
from screens.run.session import Session
from screens.run.turnlist import Standing
from screens.widgets.choose import Choose
from screens.widgets.chrome import marked
from screens.widgets.symbols import Mark

STAY, STOP, KEEP = "stay", "stop", "keep"
YOURS, YOUR_TURN = "yours", "your turn"
"""A step that the person does by hand, and one of those that waits for them."""


def succeeded(session: Session) -> bool:
    """Tell whether the cluster is ready."""
    return session.progress.finished is not None and session.progress.finished.ok


def failed(session: Session) -> bool:
    """Tell whether a step failed, or the run as a whole."""
    return session.error is not None or bool(session.progress.failures)


def status(session: Session, now: float, rest: Rest) -> Content:
    """Return the right end of the title line."""
    yours = bool(session.progress.turns)
    # how long a person takes is not for an estimate
    when = times(session.progress, now, None if yours else rest.left)
    if session.running and session.stopping:
        return marked("attention", f"stopping, {counted(len(session.progress.running), 'step')} to finish   {when}")
    if session.running and yours:
        return Content.assemble(marked("yours", "waits for you"), f"   {when}")
    if session.running or not session.began:
        return Content(f"{when}   critical: {rest.critical}" if rest.critical else when)
    if succeeded(session):
        return Content.assemble(marked("done", "ready"), f"   {when}")
    word = marked("failed", "failed") if failed(session) else marked("attention", "stopped")
    return Content.assemble(word, f"   {when}")


def times(progress: Progress, now: float, left: float | None) -> str:
    """Return how long the run has taken, and how much longer it will, where an estimate exists."""
    if progress.finished is not None:
        return duration(progress.finished.seconds)
    if not progress.began:
        return ""
    elapsed = duration(now - progress.began)
    if left is None:
        return elapsed
    return f"{elapsed}, about {duration(left)} left" if left >= 1 else f"{elapsed}, longer than usual"


def machines(session: Session) -> tuple[machinelist.Item, ...]:
    """Return the rows of the machine list."""
    items: list[machinelist.Item] = []
    for name in session.buffers:
        began = session.titles.get(name)
        mark, step = machine_state(session.progress, name, began.title if began else "")
        done, total = session.progress.of_machine(name)
        items.append((name, mark, step, f"{done:>2}/{total}" if total else ""))
    return tuple(items)


def machine_state(progress: Progress, machine: str, title: str) -> tuple[Mark, str]:
    """Return a machine's mark and its step, or why it failed; `title` is the last step that it started."""
    failure = progress.failure_of(machine)
    if failure is not None:
        return "failed", f"failed: {cause_of(failure, title)}"
    yours = next((task for task in progress.turns if task.machine == machine), None)
    if yours is not None:
        return "yours", f"your turn: {title_of(yours)}"
    current = progress.current(machine)
    if current is not None:
        return "running", current.title
    done, total = progress.of_machine(machine)
    if total and done == total:
        return "done", "done"
    return ("attention", "stopped") if progress.is_blocked(machine) else ("waiting", "waiting")


def cause_of(failure: TaskFinished, title: str = "") -> str:
    """Return the cause alone: the rows around it name the machine, and the page its step."""
    for step in (title, title_of(failure.task), failure.task.step):
        start = f'"{step}" failed on {failure.task.machine}: '
        if failure.error.startswith(start):
            return failure.error.removeprefix(start)
    return failure.error or title or failure.task.step


def title_of(task: TaskId) -> str:
    """Return the title of a task's step."""
    step = BY_NAME.get(task.step)
    return step.title if step else task.step


def steps(session: Session, machine: str, now: float) -> tuple[steplist.Item, ...]:
    """Return the rows of a machine's steps."""
    wants = session.turns.wants
    return tuple(_step(session.progress, task, now, yours=wants(task)) for task in session.tasks_of.get(machine, ()))


def _step(progress: Progress, task: TaskId, now: float, *, yours: bool) -> steplist.Item:
    title = title_of(task)
    if task in progress.turns:
        return task.step, "yours", title, YOUR_TURN
    running = progress.running.get(task)
    if running is not None:
        ago = max(0.0, now - running.at)
        return task.step, "running", running.title, f"{ago:.0f} s" if ago < LONG else duration(ago)
    ended = progress.ended.get(task)
    if ended is None:
        return task.step, "waiting", title, YOURS if yours else ""
    return _ended(ended, title)


def _ended(ended: TaskFinished, title: str) -> steplist.Item:
    step = ended.task.step
    match ended.outcome:
        case Outcome.DONE:
            return step, "done", title, took(ended.seconds)
        case Outcome.UNCHANGED:
            return step, "done", title, AS_IS
        case Outcome.FAILED:
            return step, "failed", title, took(ended.seconds)
        case Outcome.BLOCKED:
            return step, "attention", title, ""


def standing(session: Session, task: TaskId) -> Standing:
    """Return how a task stands that can be done by hand."""
    progress = session.progress
    if task in progress.turns:
        return Standing.WAITS
    if task in progress.running:
        return Standing.RUNNING
    ended = progress.ended.get(task)
    if ended is None:
        return Standing.YOURS if session.turns.wants(task) else Standing.KUBETUI
    if ended.outcome in GOOD:
        return Standing.DONE
    return Standing.FAILED if ended.outcome is Outcome.FAILED else Standing.STOPPED


def ending(session: Session) -> list[Content]:
    """Return how the run ended, and what to press now; nothing while it works."""
    finished = session.progress.finished
    if session.running or finished is None:
        return []
    if succeeded(session):
        return [Content.assemble(marked("done", f"{session.profile.name} is ready."), " esc opens the cluster.")]
    more = "enter shows what failed." if failed(session) else "r resumes the run."
    ended = f"{finished.ready} of {finished.nodes} nodes are ready." if finished.partly else "The run has stopped."
    return [Content.assemble(marked("attention", ended), f" {more}")]


def question(session: Session) -> Choose:
    """Return the question for someone who leaves a run that still works."""
    name, running = session.profile.name, counted(len(session.progress.running), "step")
    if session.stopping:
        text = f"{running} still running. If you stop now, the next run repairs what they leave unfinished."
        stop = (STOP, "Stop now", "cut the running steps short")
        return Choose(name, text, [(STAY, "Wait", "until they finish"), stop])
    text = f"{name} is not ready yet. Completed steps are kept, whatever you choose."
    return Choose(
        name,
        text,
        [
            (STAY, "Stay", "and keep watching"),
            (STOP, "Stop", f"finish {running}, then leave"),
            (KEEP, "Continue", "in the background, until you leave kubetui"),
        ],
    )
