"""What the run screen says: a session's state as words, rows and questions."""

from __future__ import annotations

from textual.content import Content

from kubetui.base.text import clean
from screens.run import state as runstate
from screens.run.machinelist import Item
from screens.run.session import Session
from screens.widgets.choose import Choose
from screens.widgets.chrome import marked

STAY, STOP, KEEP = "stay", "stop", "keep"


def succeeded(session: Session) -> bool:
    """Tell whether the cluster is ready."""
    return session.progress.finished is not None and session.progress.finished.ok


def failed(session: Session) -> bool:
    """Tell whether a step failed, or the run could not be carried out."""
    return session.error is not None or bool(session.progress.failures)


def status(session: Session, now: float, estimate: float | None) -> Content:
    """Return the right end of the title line."""
    when = runstate.times(session.progress, now, estimate)
    if session.running and session.stop_requests:
        return marked("attention", f"stopping, {runstate.steps(len(session.progress.running))} to end   {when}")
    if session.running or not session.began:
        return Content(when)
    if succeeded(session):
        return Content.assemble(marked("done", "ready"), f"   {when}")
    word = marked("failed", "failed") if failed(session) else marked("attention", "stopped")
    return Content.assemble(word, f"   {when}")


def machines(session: Session) -> tuple[Item, ...]:
    """Return the rows of the machines."""
    items: list[Item] = []
    for name in session.buffers:
        began = session.titles.get(name)
        state, step = runstate.machine_state(session.progress, name, began.title if began else "")
        done, total = session.progress.of_machine(name)
        items.append((name, state, step, f"{done:>3}/{total}" if total else ""))
    return tuple(items)


def detail(session: Session, machine: str, now: float) -> Content:
    """Return what stands below the machines: the step, how far it is, and why it is there."""
    progress = session.progress
    failure = runstate.failure_of(progress, machine)
    began = progress.current(machine) or session.titles.get(machine)
    lines = _ending(session) if failure is None else []
    if began is not None:
        lines.append(Content.styled(clean(began.title), "bold"))
    lines.append(Content(runstate.running_since(progress, machine, now) if progress.tasks else "Getting ready ..."))
    if failure is not None:
        lines += [Content(), marked("failed", clean(failure.error)), Content("enter shows more.")]
    elif began is not None and not succeeded(session):
        lines += [Content(), Content(clean(began.why)), Content.styled(clean(began.source), "dim")]
    return Content("\n").join(lines)


def _ending(session: Session) -> list[Content]:
    finished = session.progress.finished
    if session.running or finished is None:
        return []
    if succeeded(session):
        return [marked("done", f"{session.profile.name} is ready."), Content("enter opens the cluster."), Content()]
    more = "enter shows what failed." if failed(session) else "r goes on from here."
    ended = f"{finished.ready} of {finished.nodes} nodes are ready." if finished.partly else "The run has stopped."
    return [marked("attention", ended), Content(more), Content()]


def question(session: Session) -> Choose:
    """Return what is asked of someone who leaves a run that goes on."""
    name, count = session.profile.name, runstate.steps(len(session.progress.running))
    if session.stop_requests:
        text = f"Still to end: {count}. What is stopped at once is looked at again by the next run."
        at_once = (STOP, "Stop at once", "what runs is cut short, and mended next time")
        return Choose(name, text, [(STAY, "Wait", "until they have come to their end"), at_once])
    text = f"{name} is not ready yet. Nothing that is done is lost, whatever you choose."
    return Choose(
        name,
        text,
        [
            (STAY, "Stay", "and go on watching"),
            (STOP, "Stop gently", f"let {count} come to an end, then leave"),
            (KEEP, "Let it go on", "in the background, until you leave kubetui"),
        ],
    )
