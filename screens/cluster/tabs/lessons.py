"""The tutorial's lessons on the Learn tab: where each stands, what it says, and what Enter does with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from textual.content import Content

from kubetui.base.errors import KubetuiError
from kubetui.base.text import clean
from kubetui.cluster.folder import Cluster
from kubetui.operations.extras.lessons import record as records
from kubetui.operations.extras.lessons.record import Entry
from kubetui.software.lessons import CATALOGUE, Lesson, Verdict
from screens.threads import EngineThread
from screens.widgets.chrome import marked
from screens.widgets.symbols import Mark

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access
    from kubetui.operations.extras.lessons.start import Started

PREFIX: Final = "lesson "
"""Stands before a lesson's name in the tab's list, where exercises have theirs."""

UNREAL: Final = "To try it, build a real cluster: a rehearsal has none."


class Teacher(Protocol):
    """What begins lessons and judges them."""

    async def start(self, cluster: Cluster, lesson: Lesson, access: Access | None) -> Started:
        """Begin a lesson in its usual folder."""

    async def check(self, cluster: Cluster, lesson: Lesson, access: Access | None) -> Verdict:
        """Judge a lesson."""


class OnMachines:
    """Begins and judges lessons on the cluster, as `kubetui lesson` does."""

    async def start(self, cluster: Cluster, lesson: Lesson, access: Access | None) -> Started:
        """Run `kubetui.operations.extras.lessons.start.start`."""
        from kubetui.operations.extras.lessons.start import start  # noqa: PLC0415 - loads asyncssh, in this thread

        return await start(cluster, lesson, None, "", access)

    async def check(self, cluster: Cluster, lesson: Lesson, access: Access | None) -> Verdict:
        """Run `kubetui.operations.extras.lessons.check.check`."""
        from kubetui.operations.extras.lessons.check import check  # noqa: PLC0415 - loads asyncssh, in this thread

        return await check(cluster, lesson, access)


@dataclass
class Learning:
    """One lesson of a cluster: its record, what its beginning said, and the last answer."""

    cluster: Cluster
    lesson: Lesson
    teacher: Teacher
    started: Started | None = None
    answer: tuple[Mark, str] | None = None
    thread: EngineThread | None = None
    entry: Entry | None = None

    @property
    def title(self) -> str:
        """What the list shows."""
        return self.lesson.title

    @property
    def mark(self) -> Mark:
        """How it stands: by its last answer, or by the record of the cluster."""
        if self.answer:
            return self.answer[0]
        return "done" if self.entry and self.entry.passed else "waiting"

    @property
    def begun(self) -> bool:
        """Whether somebody has started it."""
        return self.entry is not None

    def recall(self) -> None:
        """Read again what the cluster remembers of it; that it cannot be read becomes the answer."""
        try:
            found = records.read(self.cluster).lessons.get(self.lesson.name)
        except KubetuiError as error:
            self.entry, self.answer = None, ("attention", str(error))
            return
        if self.begun and found is None:
            # taken back elsewhere: what was said of it is old
            self.started = self.answer = None
        self.entry = found

    @property
    def commands(self) -> tuple[str, ...]:
        """What `y` copies: one right way once it has begun, the command that begins it before."""
        if self.started:
            return self.started.commands
        return (f"kubetui lesson start {self.cluster.name} {self.lesson.name}",)

    @property
    def undo(self) -> str:
        """The command that takes back what it made; empty before it has begun."""
        return f"kubetui lesson reset {self.cluster.name} {self.lesson.name}" if self.begun else ""

    def act(self, access: Access | None = None) -> None:
        """Begin the lesson, or judge it once it has begun; in a thread, as long as none runs."""
        if self.thread is not None and self.thread.running:
            return
        begun = self.begun
        self.answer = ("running", "checking ..." if begun else "looking at the cluster ...")
        job: Callable[[], Awaitable[object]] = (lambda: self._check(access)) if begun else lambda: self._start(access)
        self.thread = EngineThread(f"lesson {self.lesson.name} of {self.cluster.name}", job)
        self.thread.start()

    async def _start(self, access: Access | None) -> None:
        self.started = await self.teacher.start(self.cluster, self.lesson, access)
        self.answer = None

    async def _check(self, access: Access | None) -> None:
        verdict = await self.teacher.check(self.cluster, self.lesson, access)
        said = clean(verdict.text)
        hint = f"\n{clean(verdict.hint)}" if verdict.hint else ""
        self.answer = ("done", f"Done: {said}{hint}") if verdict.done else ("attention", f"Not done yet: {said}{hint}")

    def settle(self) -> bool:
        """Return whether its thread has ended since this was last asked; an error becomes the answer."""
        if self.thread is None or self.thread.running:
            return False
        if self.thread.error is not None:
            self.answer = ("attention", clean(str(self.thread.error)))
        self.thread = None
        self.recall()
        return True

    def words(self, *, real: bool = True) -> Iterator[Content]:
        """Yield the lines about it; without a `real` cluster, that it needs one."""
        yield Content(self.lesson.goal)
        if self.answer:
            yield Content()
            yield marked(*self.answer)
        if self.started:
            yield from self._begun(self.started)
        yield Content()
        if not real:
            yield Content.styled(UNREAL, "dim")
        elif self.begun:
            yield Content.styled("enter checks whether it is done, by any way. To take it back (u copies):", "dim")
            yield Content.styled(f"$ {self.undo}", "$code")
        else:
            what = f" and writes its files to ./lessons/{self.lesson.name}" if self.lesson.files else ""
            yield Content.styled(f"enter begins it: looks what is missing first{what}. Outside the wizard:", "dim")
            yield Content.styled(f"$ {self.commands[0]}", "$code")

    def _begun(self, started: Started) -> Iterator[Content]:
        # what was missing at the beginning is old once a check has said more
        for lack in () if self.answer else started.lacks:
            yield Content()
            yield marked("attention", f"Missing first: {lack.text}")
            yield from (Content.styled(f"$ {command}", "$code") for command in lack.commands)
        if started.folder:
            yield Content()
            yield Content.styled(f"Files to read and to change, in {started.folder}:", "dim")
            yield from (Content(f"{path}  {what}") for path, what in self.lesson.files)
        yield Content()
        yield Content.styled("One way (y copies it); reach the goal in any other:", "dim")
        yield from (Content.styled(f"$ {command}", "$code") for command in started.commands)
        yield Content()
        yield from (Content.styled(hint, "dim") for hint in started.hints)


def of_cluster(cluster: Cluster, teacher: Teacher) -> dict[str, Learning]:
    """Return all lessons, by what the list calls them."""
    return {f"{PREFIX}{name}": Learning(cluster, lesson, teacher) for name, lesson in CATALOGUE.items()}
