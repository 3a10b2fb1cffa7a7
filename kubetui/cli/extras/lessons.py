"""`kubetui lesson list`, `lesson start`, `lesson check` and `lesson reset`."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kubetui.base.errors import ExitCode, UsageError
from kubetui.base.text import ago, did_you_mean, shown
from kubetui.cli import hosts
from kubetui.cli.asking import confirmed
from kubetui.cli.audience import awaited, say, tell
from kubetui.cli.language.formats import Form, Table, write_document, write_table
from kubetui.cluster.folder import Cluster, existing
from kubetui.machines.hosts.access import Access
from kubetui.operations.extras.lessons import check as judging
from kubetui.operations.extras.lessons import record as records
from kubetui.operations.extras.lessons import reset as removing
from kubetui.operations.extras.lessons import start as beginning
from kubetui.operations.extras.lessons.record import Record
from kubetui.operations.extras.lessons.reset import Removal
from kubetui.operations.extras.lessons.start import Started, near
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.software.lessons import CATALOGUE, NAMESPACE, Lesson

_WIDTH: Final = 110
_STATES: Final = {
    "written": "written",
    "there": "there already",
    "yours": "yours, left as it is",
}


def show(name: str, form: Form) -> int:
    """List the lessons; see `cli.extras.commands.list_lessons`."""
    cluster, _ = _asked(name, meet=False)
    record = records.read(cluster)
    if form.document:
        entries = [{"name": each.name, "title": each.title, **_times(record, each)} for each in CATALOGUE.values()]
        write_document({"cluster": name, "image": record.image, "lessons": entries}, form)
        return ExitCode.OK
    rows = [(each.name, _state(record, each), each.title, each.after or "-") for each in CATALOGUE.values()]
    write_table(Table(("LESSON", "STATE", "TITLE", "AFTER"), rows, more=1), form)
    if form is Form.NAME:
        return ExitCode.OK
    following = next((each for each in CATALOGUE.values() if not _times(record, each)["passed"]), None)
    if following is not None:
        word = "check" if following.name in record.lessons else "start"
        say(f"Next: kubetui lesson {word} {name} {following.name}")
    return ExitCode.OK


def start(name: str, lesson: str, to: Path | None, image: str, form: Form) -> int:
    """Begin a lesson; see `cli.extras.commands.start`."""
    chosen = _lesson(lesson)
    cluster, access = _asked(name)
    started = awaited(lambda: beginning.start(cluster, chosen, to, image, access))
    if form.document:
        write_document(_document(name, started), form)
    else:
        for line in _lines(name, started):
            tell(line)
    return ExitCode.OK


def check(name: str, lesson: str, form: Form) -> int:
    """Judge a lesson; see `cli.extras.commands.check`."""
    chosen = _lesson(lesson)
    cluster, access = _asked(name)
    verdict = awaited(lambda: judging.check(cluster, chosen, access))
    if form.document:
        document = {"cluster": name, "lesson": lesson, "done": verdict.done, "text": verdict.text, "hint": verdict.hint}
        write_document(document, form)
    else:
        tell(f"{'Done' if verdict.done else 'Not done yet'}: {verdict.text}")
        if verdict.hint:
            tell(f"  {verdict.hint}")
        if verdict.done and (following := _after(chosen)):
            tell(f"Next: kubetui lesson start {name} {following}")
    return ExitCode.OK if verdict.done else ExitCode.UNHEALTHY


def reset(name: str, lesson: str, form: Form, *, yes: bool) -> int:
    """Take a lesson back; see `cli.extras.commands.reset`."""
    chosen = _lesson(lesson)
    cluster, access = _asked(name)
    going = awaited(lambda: removing.planned(cluster, chosen, access))
    if not going.empty and not yes:
        for line in going.lines():
            say(f"  {line}")
        confirmed(f"Take this away from {name}?", yes=yes)
    awaited(lambda: removing.reset(cluster, going, access))
    if form.document:
        document = {"cluster": name, "lessons": list(going.lessons), "removed": list(going.lines())}
        write_document(document | {"kept": list(map(str, going.kept))}, form)
    else:
        for line in _told(going):
            say(line)
    return ExitCode.OK


def _asked(name: str, *, meet: bool = True) -> tuple[Cluster, Access | None]:
    """Return a cluster and the access to its machines, if they are somebody's. Raises UsageError for a rehearsal."""
    cluster = existing(name)
    plan = Plan(profilefile.load_built(cluster))
    judging.refuse(plan)
    return cluster, hosts.meet(plan, accept_host_keys=False) if meet else None


def _lesson(name: str) -> Lesson:
    if name not in CATALOGUE:
        raise UsageError(f"There is no lesson {shown(name)}.", fix=did_you_mean(name, CATALOGUE, otherwise="Lessons"))
    return CATALOGUE[name]


def _after(lesson: Lesson) -> str:
    return next((each.name for each in CATALOGUE.values() if each.after == lesson.name), "")


def _times(record: Record, lesson: Lesson) -> dict[str, float | None]:
    entry = record.lessons.get(lesson.name)
    return {"started": entry.begun.at if entry else None, "passed": entry.passed or None if entry else None}


def _state(record: Record, lesson: Lesson) -> str:
    times = _times(record, lesson)
    if times["passed"]:
        return f"done {ago(time.time() - times['passed'])}"
    return "started" if times["started"] else "-"


def _lines(name: str, started: Started) -> Iterator[str]:
    lesson = started.lesson
    number = list(CATALOGUE).index(lesson.name) + 1
    yield f"{lesson.title} (lesson {number} of {len(CATALOGUE)})"
    yield from _wrapped(lesson.goal, "  ")
    for number, lack in enumerate(started.lacks):
        if not number:
            yield "Missing first:"
        yield from _wrapped(lack.text, "  - ")
        yield from (f"      {command}" for command in lack.commands)
    if started.folder:
        yield f"Files to read and to change, in {near(started.folder)}:"
        width = max(len(each.path.name) for each in started.files)
        for each, (_, what) in zip(started.files, lesson.files, strict=True):
            mark = "" if each.state == "written" else f" ({_STATES[each.state]})"
            yield f"  {each.path.name:<{width}}  {what}{mark}"
    yield "Type this, or reach the goal in a way of your own:"
    yield from (f"  {command}" for command in started.commands)
    yield "Worth knowing:"
    for hint in started.hints:
        yield from _wrapped(hint, "  - ")
    yield f"To look up with kubetui explain: {', '.join(lesson.concepts)}."
    yield f"Everything is in the namespace {NAMESPACE}. Whether it is done: kubetui lesson check {name} {lesson.name}"


def _wrapped(text: str, start: str) -> Iterator[str]:
    yield from textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _document(name: str, started: Started) -> dict[str, object]:
    return {
        "cluster": name,
        "lesson": started.lesson.name,
        "goal": started.lesson.goal,
        "image": started.image,
        "folder": str(started.folder) if started.folder else None,
        "files": [{"path": str(each.path), "state": each.state} for each in started.files],
        "missing": [{"text": each.text, "commands": list(each.commands)} for each in started.lacks],
        "commands": list(started.commands),
        "hints": list(started.hints),
        "concepts": list(started.lesson.concepts),
    }


def _told(going: Removal) -> Iterator[str]:
    if going.empty:
        yield f"Nothing of {', '.join(going.lessons)} is there."
    else:
        yield "Removed:"
        yield from (f"  {line}" for line in going.lines())
    if going.kept:
        yield "Left, because you changed them:"
        yield from (f"  {path}" for path in going.kept)
