"""An upgrade from a cluster's home: asks the cluster what is lost on the way, shows the way, and goes it on consent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.app import App

from kubetui.base.errors import KubetuiError
from kubetui.base.text import clean
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Sink
from kubetui.engine.stop import Stop
from kubetui.profile.plan import Plan
from kubetui.profile.schema.fields import NEWEST_MINOR
from kubetui.profile.schema.profile import Profile
from screens.asking.meeting import meet
from screens.asking.waiting import Refused, Waiting
from screens.cluster.doing.working import Show, Work
from screens.widgets.choose import ask

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access

_MOST: Final = 5
"""How many losses are told; the command has them all."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where an upgrade goes, and what it does and loses, a line for each."""

    wanted: Profile
    steps: tuple[str, ...]
    lost: tuple[str, ...]


def can_upgrade(plan: Plan) -> bool:
    """Whether there is a next version, or an upgrade that goes on."""
    pending = Cluster(plan.profile.name).upgrade.exists()
    return not plan.provider.rehearsal and (pending or plan.minor[1] < NEWEST_MINOR)


class Asking(Waiting["Way"]):
    """Asks the cluster what an upgrade costs; closes with that, with an error, or with None after Esc."""

    def __init__(self, plan: Plan, access: Access | None) -> None:
        name = plan.profile.name
        super().__init__(f"Upgrade {name}", f"asking {name} what its pods lose on the way", f"upgrade {name}")
        self._cluster = Cluster(name)
        self._access = access

    async def find(self) -> Way:
        """Ask about every machine."""
        from kubetui.operations.maintain import upgrade  # noqa: PLC0415 - loads asyncssh, in this thread

        wanted = upgrade.target(self._cluster)
        lost = await upgrade.losses(self._cluster, self._access)
        return Way(wanted, tuple(upgrade.told(Plan(wanted))), lost)


def offer_upgrade(app: App[object], plan: Plan, show: Show) -> None:
    """Show the way, and go it if the person wants that."""
    meet(app, plan, lambda access: _ask(app, plan, access, show))


def _ask(app: App[object], plan: Plan, access: Access | None, show: Show) -> None:
    def asked(found: Way | KubetuiError | None) -> None:
        if isinstance(found, KubetuiError):
            app.push_screen(Refused(found))
        elif found is not None:
            title = f"Upgrade {plan.profile.name}"
            ask(app, title, told(plan, found), "Upgrade", lambda: show(_work(plan, found.wanted, access)))

    app.push_screen(Asking(plan, access), asked)


def told(plan: Plan, way: Way) -> str:
    """Say where the cluster goes, how, and what is lost."""
    was, version = plan.profile.kubernetes.version, way.wanted.kubernetes.version
    lines = [f"From Kubernetes {was} to {version}:", *(f"  {line}" for line in way.steps)]
    if way.lost:
        lines.append("As each machine is drained:")
        lines += [f"  {line}" for line in way.lost[:_MOST]]
        if len(way.lost) > _MOST:
            lines.append(f"  and {len(way.lost) - _MOST} more: kubetui upgrade {plan.profile.name}")
    lines.append("What runs goes on meanwhile. There is no way back but from a snapshot or a backup.")
    return "\n".join(map(clean, lines))


def _work(plan: Plan, wanted: Profile, access: Access | None) -> Work:
    async def job(sink: Sink, stop: Stop) -> bool:
        from kubetui.operations.maintain.upgrade import upgrade  # noqa: PLC0415 - loads asyncssh, in this thread

        return (await upgrade(Cluster(plan.profile.name), wanted, sink, stop, access)).ok

    version = wanted.kubernetes.version
    done, failed = f"it has Kubernetes {version}", "it is not upgraded yet, and works on"
    return Work("Upgrade", f"going to Kubernetes {version}", done, failed, job)
