"""When each task of a run began and ended, and the critical path that decided how long the run took.

A run's timings are kept in its cluster's folder; the durations also go into a history of this host, from which
`estimate.py` predicts the next run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from kubetui.base.errors import KubetuiError
from kubetui.base.files import open_regular, private_folder, write_private
from kubetui.cluster.folder import Cluster, state_home
from kubetui.engine.events import Event, Outcome, RunFinished, RunStarted, TaskFinished, TaskId, TaskStarted
from kubetui.engine.order import dependencies
from kubetui.engine.step import Step
from kubetui.profile.plan import Plan
from kubetui.profile.schema.kinds import Starts

RUNS_KEPT: Final = 50
"""Runs that the host's history keeps."""
FORMAT: Final = 1
START: Final = "start"
"""The step whose tasks wait for each other at the provider, so that their own work took less time than passed."""


@dataclass(frozen=True, slots=True)
class Span:
    """One task's time, in seconds since the run began.

    `critical` marks the critical path, `by_hand` a person's work.
    """

    task: TaskId
    start: float
    end: float
    outcome: Outcome
    critical: bool = False
    by_hand: bool = False

    @property
    def seconds(self) -> float:
        """Seconds that the task took."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Timings:
    """A run's timings. `began` is in seconds since the epoch, `seconds` is the run's wall time."""

    cluster: str
    kind: str
    began: float
    seconds: float
    ok: bool
    spans: tuple[Span, ...]

    @property
    def path(self) -> tuple[Span, ...]:
        """The critical path, in order."""
        return tuple(span for span in self.spans if span.critical)

    @property
    def critical(self) -> float:
        """Seconds of all tasks on the critical path."""
        return sum(span.seconds for span in self.path)

    @property
    def share(self) -> float:
        """The critical path's share of the wall time, from 0 to 1."""
        return self.critical / self.seconds if self.seconds > 0 else 1.0

    @property
    def overhead(self) -> float:
        """Seconds of the run beyond its critical path: the engine's own."""
        return max(0.0, self.seconds - self.critical)


def kind_of(plan: Plan) -> str:
    """Return the kind of a plan: its provider and box, on which durations depend most."""
    box = f"{plan.base_box}, prepared" if plan.prepared else plan.box
    return f"{plan.provider.name} {box}"


def critical_path(spans: Mapping[TaskId, Span], needs: Mapping[TaskId, frozenset[TaskId]]) -> tuple[TaskId, ...]:
    """Return the chain of tasks that ends last, each preceded by the dependency that ended last."""
    chain: list[TaskId] = []
    candidates = set(spans)
    while candidates:
        last = max(candidates, key=lambda task: (spans[task].end, str(task)))
        chain.append(last)
        candidates = {need for need in needs.get(last, frozenset()) if need in spans} - set(chain)
    return tuple(reversed(chain))


class Recorder:
    """A sink that measures one run."""

    def __init__(self, plan: Plan, steps: tuple[Step, ...]) -> None:
        self._plan = plan
        self._needs = dependencies(steps, plan)
        self._cluster = ""
        self._began = 0.0
        self._rehearsed = False
        self._started: dict[TaskId, float] = {}
        self._spans: dict[TaskId, Span] = {}
        self._finished: RunFinished | None = None

    def __call__(self, event: Event) -> None:
        """Note the time when something began or ended."""
        match event:
            case RunStarted():
                self._cluster, self._began, self._rehearsed = event.cluster, event.at, event.rehearsal
            case TaskStarted():
                self._started[event.task] = event.at
            case TaskFinished():
                start = self._started.get(event.task)
                if start is not None:
                    began = self._began
                    self._spans[event.task] = Span(
                        event.task, start - began, event.at - began, event.outcome, by_hand=event.by_hand
                    )
            case RunFinished():
                self._finished = event
            case _:
                pass

    def timings(self) -> Timings | None:
        """Return the run's timings; None before it has ended."""
        if self._finished is None:
            return None
        path = frozenset(critical_path(self._spans, self._needs))
        spans = (replace(span, critical=span.task in path) for span in self._spans.values())
        ordered = tuple(sorted(spans, key=lambda span: (span.start, span.end)))
        return Timings(
            self._cluster, kind_of(self._plan), self._began, self._finished.seconds, self._finished.ok, spans=ordered
        )

    def keep(self, cluster: Cluster) -> None:
        """Write a finished run's timings to its cluster's folder and to this host's history.

        A full disk does not fail the run.
        """
        timings = self.timings()
        if timings is not None:
            with suppress(OSError, KubetuiError):
                write(cluster, timings)
                if not self._rehearsed:
                    remember(timings, self._plan)


def write(cluster: Cluster, timings: Timings) -> None:
    """Write a run's timings into its cluster's folder."""
    document = {"format": FORMAT, **asdict(timings)}
    write_private(file_of(cluster), json.dumps(document, indent=1) + "\n")


def read(cluster: Cluster) -> Timings | None:
    """Return the timings of a cluster's last run; None when there are none that this version can read."""
    try:
        document = json.loads(file_of(cluster).read_text(encoding="utf-8"))
        return _parsed(document) if document.pop("format") == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def file_of(cluster: Cluster) -> Path:
    """Return the file of a cluster's timings."""
    return cluster.folder / "timings.json"


def _parsed(document: dict[str, Any]) -> Timings:
    spans = tuple(
        Span(TaskId(**span.pop("task")), outcome=Outcome(span.pop("outcome")), **span) for span in document.pop("spans")
    )
    return Timings(**document, spans=spans)


@dataclass(frozen=True, slots=True)
class Past:
    """A run in the history: its kind, and each task's step, role, outcome and seconds."""

    kind: str
    tasks: tuple[tuple[str, str, str, float], ...]


def history_file() -> Path:
    """Return the file of this host's history."""
    return state_home() / "history.jsonl"


def remember(timings: Timings, plan: Plan) -> None:
    """Add a run to this host's history and drop the oldest ones.

    What a person did adds nothing, and neither does a run without tasks.
    """
    roles = {machine.name: machine.role.value for machine in plan.machines}
    waits = _waits(timings.spans, plan)
    tasks = [
        [span.task.step, roles[span.task.machine], span.outcome.value, round(span.seconds - waits.get(span, 0.0), 3)]
        for span in timings.spans
        if span.task.machine in roles and not span.by_hand
    ]
    if not tasks:
        return
    path = history_file()
    private_folder(path.parent)
    lines = _lines(path)[-(RUNS_KEPT - 1) :]
    line = json.dumps({"format": FORMAT, "kind": timings.kind, "tasks": tasks})
    write_private(path, "".join(f"{each}\n" for each in (*lines, line)))


def _waits(spans: tuple[Span, ...], plan: Plan) -> dict[Span, float]:
    """Return how long the provider made each start wait for another one."""
    starts = sorted((span for span in spans if span.task.step == START), key=lambda span: span.end)
    found = {}
    for index, span in enumerate(starts[1:], 1):
        before = starts[index - 1 if plan.provider.starts is Starts.ONE_BY_ONE else 0]
        found[span] = min(max(before.end - span.start, 0.0), span.seconds)
    return found


def history(kind: str) -> tuple[Past, ...]:
    """Return the runs of a kind in this host's history, the oldest first; skips unreadable lines."""
    found = []
    for line in _lines(history_file()):
        try:
            document = json.loads(line)
            if document["format"] == FORMAT and document["kind"] == kind:
                tasks = tuple((str(a), str(b), str(c), float(d)) for a, b, c, d in document["tasks"])
                found.append(Past(kind, tasks))
        except (ValueError, KeyError, TypeError):
            continue
    return tuple(found)


def _lines(path: Path) -> list[str]:
    try:
        with open_regular(path, follow=False) as file:
            text = file.read().decode(errors="replace")
    except (OSError, KubetuiError):
        return []
    return [line for line in text.splitlines() if line.strip()]
