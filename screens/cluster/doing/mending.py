"""Mending from a cluster's home: looks how its machines differ from the plan, shows that, and mends it on consent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.app import App

from kubetui.base.errors import KubetuiError
from kubetui.base.text import clean, counted
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Sink
from kubetui.engine.stop import Stop
from kubetui.profile.plan import Plan
from screens.asking.meeting import meet
from screens.asking.waiting import Refused, Waiting
from screens.cluster.doing.working import Show, Work
from screens.widgets.choose import BACK, Answer, Choose

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access
    from kubetui.operations.maintain.diff import Differences

_MOST: Final = 6
"""How many lines tell of differences; `kubetui diff` has the rest."""
_MEND: Final[Answer] = ("mend", "Mend", "do what is missing, and nothing else")


class Looking(Waiting["Differences"]):
    """Looks for differences; closes with them, with an error, or with None after Esc."""

    def __init__(self, plan: Plan, access: Access | None) -> None:
        name, count = plan.profile.name, counted(len(plan.machines), "machine")
        super().__init__(f"Compare {name} with its plan", f"looking at {count}", f"compare {name}")
        self._cluster = Cluster(name)
        self._access = access

    async def find(self) -> Differences:
        """Look at every machine."""
        from kubetui.operations.maintain import diff  # noqa: PLC0415 - loads asyncssh, in this thread

        return await diff.diff(self._cluster, self._access)


def compare(app: App[object], plan: Plan, show: Show) -> None:
    """Show what differs, and mend it if the person wants that."""
    meet(app, plan, lambda access: _look(app, plan, access, show))


def _look(app: App[object], plan: Plan, access: Access | None, show: Show) -> None:
    def looked(found: Differences | KubetuiError | None) -> None:
        if isinstance(found, KubetuiError):
            app.push_screen(Refused(found))
        elif found is not None:
            answers = [BACK, _MEND] if any(each.mendable for each in found.found) else [BACK]
            app.push_screen(Choose(f"Mend {plan.profile.name}", told(plan.profile.name, found), answers), answered)

    def answered(answer: str | None) -> None:
        if answer == _MEND[0]:
            show(_work(plan, access))

    app.push_screen(Looking(plan, access), looked)


def told(name: str, seen: Differences) -> str:
    """Say what differs, a line for each; and which machines could not be looked at, and why."""
    lines = [
        f"{each.machine}  {each.step.title}: {each.detail or 'it is not done'}"
        f"{'' if each.mendable else '. kubetui does not change that.'}"
        for each in seen.found
    ]
    lines += [f"{machine}: {why}" for machine, why in seen.unread.items()]
    if len(lines) > _MOST:
        lines[_MOST:] = [f"and {len(lines) - _MOST} more: kubetui diff {name}"]
    return "\n".join(map(clean, lines)) or "Every machine is as planned."


def _work(plan: Plan, access: Access | None) -> Work:
    async def job(sink: Sink, stop: Stop) -> bool:
        from kubetui.operations.maintain.diff import mend  # noqa: PLC0415 - loads asyncssh, in this thread

        return (await mend(Cluster(plan.profile.name), (), sink, stop, access)).ok

    return Work("Mend", "mending it", "it is as planned again", "it still differs from its plan", job)
