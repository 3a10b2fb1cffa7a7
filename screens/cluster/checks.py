"""The checks of a cluster on its screen: what the last ones found, and new ones in a thread of their own."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from textual.content import Content

from kubetui.base.check import Check, Status
from kubetui.base.text import clean
from kubetui.cluster.folder import Cluster
from kubetui.record import checks as record
from screens.threads import EngineThread
from screens.widgets.chrome import marked
from screens.widgets.static import Static
from screens.widgets.symbols import OF_CHECKS

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access

MOST: Final = 3
"""How many checks with something to say get lines of their own; `kubetui check` has the rest."""
_GOOD: Final[Mapping[str, str]] = {"trouble": "no trouble"}
"""Checks whose names would read as failures among those that are ok."""
_ORDER: Final[tuple[Status, ...]] = ("failed", "warning", "not checked")
Runs = Callable[[Cluster, Callable[[Check], None], "Access | None"], Awaitable[object]]


async def run_check(cluster: Cluster, tell: Callable[[Check], None], access: Access | None) -> object:
    """Run `kubetui.operations.check.check`."""
    from kubetui.operations.check import check  # noqa: PLC0415 - loads asyncssh, in this thread

    return await check(cluster, tell, access=access)


class CheckLines(Static):
    """Shows the checks; hidden as long as there are none."""

    DEFAULT_CSS = "CheckLines { height: auto; max-height: 8; padding: 0 1 1 1; display: none; }"

    def __init__(self, cluster: Cluster, runs: Runs = run_check) -> None:
        super().__init__("", markup=False)
        self._cluster = cluster
        self._runs = runs
        self._thread: EngineThread | None = None
        self._made: list[Check] = []
        self._last = record.read(cluster)

    @property
    def running(self) -> bool:
        """Whether a check runs."""
        return self._thread is not None and self._thread.running

    def begin(self, access: Access | None = None) -> None:
        """Check the cluster again, unless a check runs."""
        if not self.running:
            self._made = []
            self._thread = EngineThread(
                f"check {self._cluster.name}", lambda: self._runs(self._cluster, self._made.append, access)
            )
            self._thread.start()

    def end(self) -> None:
        """Stop a running check; its thread still removes what it started on the cluster."""
        if self._thread is not None:
            self._thread.stop_now()

    def look(self) -> None:
        """Draw what is known now."""
        if self._thread is not None and not self._thread.running and self._thread.error is None:
            self._last, self._thread = record.read(self._cluster), None
        text = self._text()
        self.display = bool(text.plain)
        self.say(text)

    def _text(self) -> Content:
        if self.running:
            made = _named(self._made)
            return marked("running", f"checking: {made} ..." if made else "checking ...")
        if self._thread is not None and self._thread.error is not None:
            return marked("attention", f"The check could not be made: {clean(self._thread.error.message)}")
        return lines(self._last.checks, self._last.at) if self._last else Content()


def _named(checks: Iterable[Check]) -> str:
    return ", ".join(_GOOD.get(check.name, check.name) if check.status == "ok" else check.name for check in checks)


def lines(checks: Sequence[Check], at: float) -> Content:
    """Return a line for all checks that are ok, after those of the first that are not, before what was not checked."""
    fine = _named(check for check in checks if check.status == "ok")
    others = sorted((check for check in checks if check.status != "ok"), key=lambda check: _ORDER.index(check.status))
    shown = others[:MOST]
    when = time.strftime("%H:%M:%S", time.localtime(at))
    parts = [part for check in shown if check.status != "not checked" for part in _other(check)]
    if fine:
        parts.append(Content.assemble(marked("done", f"ok at {when}"), f"  {fine}"))
    parts += [part for check in shown if check.status == "not checked" for part in _other(check)]
    return Content("\n").join(parts)


def _other(check: Check) -> list[Content]:
    first = marked(OF_CHECKS[check.status], f"{check.status}: {check.name}: {clean(check.message)}")
    advice = check.fix.splitlines()[:1] if check.status == "failed" else []
    return [first, *(Content(f"  {clean(line)}") for line in advice)]
