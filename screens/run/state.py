"""What a run's state looks like in words; pure functions that the run screen draws from."""

from __future__ import annotations

from kubetui.base.text import duration
from kubetui.engine.events import TaskFinished, TaskStarted
from kubetui.engine.progress import Progress
from screens.widgets.symbols import State


def failure_of(progress: Progress, machine: str) -> TaskFinished | None:
    """Return a machine's failed task."""
    return progress.failure_of(machine)


def machine_state(progress: Progress, machine: str, title: str) -> tuple[State, str]:
    """Return a machine's state and what it works on; `title` is the last step that it began."""
    failed = failure_of(progress, machine)
    if failed is not None:
        return "failed", title or failed.task.step
    current = progress.current(machine)
    if current is not None:
        return "running", current.title
    done, all_ = progress.of_machine(machine)
    if all_ and done == all_:
        return "done", "done"
    return ("attention", "stopped") if progress.is_blocked(machine) else ("waiting", "waits")


def times(progress: Progress, now: float, estimate: float | None) -> str:
    """Return how long the run takes, and how much longer, where that is known."""
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


def bar(done: int, all_: int, width: int, full: str, empty: str) -> tuple[str, str]:
    """Return the two parts of a bar that is `width` cells wide."""
    filled = width * done // all_ if all_ else 0
    return full * filled, empty * (width - filled)


def steps(count: int) -> str:
    """Return a number of steps in words."""
    return "1 step" if count == 1 else f"{count} steps"


def running_since(progress: Progress, machine: str, now: float) -> str:
    """Return how far a machine is and how long its step has run, for the line below the machines."""
    done, all_ = progress.of_machine(machine)
    current: TaskStarted | None = progress.current(machine)
    ago = f", {duration(now - current.at)} so far" if current else ""
    return f"{done} of {all_} steps done{ago}"
