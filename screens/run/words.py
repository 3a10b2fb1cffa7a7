"""A run in words: status, machine rows, details and questions; pure functions of a session."""

from __future__ import annotations

from textual.content import Content

from kubetui.base.text import clean, counted, duration
from kubetui.engine.progress import Progress
from screens.run.machinelist import Item
from screens.run.session import Session
from screens.widgets.choose import Choose
from screens.widgets.chrome import marked
from screens.widgets.symbols import Mark

STAY, STOP, KEEP = "stay", "stop", "keep"


def succeeded(session: Session) -> bool:
    """Tell whether the cluster is ready."""
    return session.progress.finished is not None and session.progress.finished.ok


def failed(session: Session) -> bool:
    """Tell whether a step failed, or the run as a whole."""
    return session.error is not None or bool(session.progress.failures)


def status(session: Session, now: float, estimate: float | None) -> Content:
    """Return the right end of the title line."""
    when = times(session.progress, now, estimate)
    if session.running and session.stopping:
        return marked("attention", f"stopping, {counted(len(session.progress.running), 'step')} to finish   {when}")
    if session.running or not session.began:
        return Content(when)
    if succeeded(session):
        return Content.assemble(marked("done", "ready"), f"   {when}")
    word = marked("failed", "failed") if failed(session) else marked("attention", "stopped")
    return Content.assemble(word, f"   {when}")


def times(progress: Progress, now: float, estimate: float | None) -> str:
    """Return how long the run has taken, and how much longer it will, where an estimate exists."""
    if progress.finished is not None:
        return duration(progress.finished.seconds)
    if not progress.began:
        return ""
    elapsed = now - progress.began
    if estimate is None:
        return duration(elapsed)
    left = estimate - elapsed
    return (
        f"{duration(elapsed)}, about {duration(left)} left" if left > 0 else f"{duration(elapsed)}, longer than usual"
    )


def machines(session: Session) -> tuple[Item, ...]:
    """Return the rows of the machine list."""
    items: list[Item] = []
    for name in session.buffers:
        began = session.titles.get(name)
        mark, step = machine_state(session.progress, name, began.title if began else "")
        done, total = session.progress.of_machine(name)
        items.append((name, mark, step, f"{done:>3}/{total}" if total else ""))
    return tuple(items)


def machine_state(progress: Progress, machine: str, title: str) -> tuple[Mark, str]:
    """Return a machine's mark and its step; `title` is the last step that it started."""
    failure = progress.failure_of(machine)
    if failure is not None:
        return "failed", title or failure.task.step
    current = progress.current(machine)
    if current is not None:
        return "running", current.title
    done, total = progress.of_machine(machine)
    if total and done == total:
        return "done", "done"
    return ("attention", "stopped") if progress.is_blocked(machine) else ("waiting", "waiting")


def detail(session: Session, machine: str, now: float) -> Content:
    """Return the text below the machines: the step, its progress, and why it is needed."""
    progress = session.progress
    failure = progress.failure_of(machine)
    began = progress.current(machine) or session.titles.get(machine)
    lines = _ending(session) if failure is None else []
    if began is not None:
        lines.append(Content.styled(clean(began.title), "bold"))
    lines.append(Content(_steps_done(progress, machine, now) if progress.tasks else "Preparing ..."))
    if failure is not None:
        lines += [Content(), marked("failed", clean(failure.error)), Content("enter shows more.")]
    elif began is not None and not succeeded(session):
        lines += [Content(), Content(clean(began.why)), Content.styled(clean(began.source), "dim")]
    return Content("\n").join(lines)


def _steps_done(progress: Progress, machine: str, now: float) -> str:
    done, total = progress.of_machine(machine)
    current = progress.current(machine)
    ago = f", {duration(now - current.at)} so far" if current else ""
    return f"{done} of {total} steps done{ago}"


def _ending(session: Session) -> list[Content]:
    finished = session.progress.finished
    if session.running or finished is None:
        return []
    if succeeded(session):
        return [marked("done", f"{session.profile.name} is ready."), Content("enter opens the cluster."), Content()]
    more = "enter shows what failed." if failed(session) else "r resumes the run."
    ended = f"{finished.ready} of {finished.nodes} nodes are ready." if finished.partly else "The run has stopped."
    return [marked("attention", ended), Content(more), Content()]


def question(session: Session) -> Choose:
    """Return the question for someone who leaves a run that still works."""
    name, steps = session.profile.name, counted(len(session.progress.running), "step")
    if session.stopping:
        text = f"{steps} still running. If you stop now, the next run repairs what they leave unfinished."
        stop = (STOP, "Stop now", "cut the running steps short")
        return Choose(name, text, [(STAY, "Wait", "until they finish"), stop])
    text = f"{name} is not ready yet. Completed steps are kept, whatever you choose."
    return Choose(
        name,
        text,
        [
            (STAY, "Stay", "and keep watching"),
            (STOP, "Stop", f"finish {steps}, then leave"),
            (KEEP, "Continue", "in the background, until you leave kubetui"),
        ],
    )
