"""A backup from a cluster's home: asks for the file, says what is in it, and makes it as any other run."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App

from kubetui.base.errors import KubetuiError
from kubetui.cluster.backup import refuse_place
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Sink
from kubetui.engine.stop import Stop
from kubetui.profile.plan import Plan
from screens.asking.meeting import meet
from screens.cluster.doing.working import Show, Work
from screens.widgets.dialogs import Ask

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access

WORDS = (
    "Saves etcd with all objects, the keys of the authorities, and the profile. The cluster goes on meanwhile. What "
    "pods keep on their machines is not in it. The file is as secret as the cluster itself.\n\nFile:"
)


def back_up(app: App[object], plan: Plan, show: Show) -> None:
    """Ask for a file, and have `show` make the backup once a new file can be written there."""

    def attempt(text: str, _confirmed: bool) -> str:  # noqa: FBT001 - the dialog's callback
        try:
            refuse_place(_place(text))
        except KubetuiError as error:
            return f"{error.message} {error.fix}"
        return ""

    def answered(text: str | None) -> None:
        if text is not None:
            meet(app, plan, lambda access: show(_work(plan, _place(text), access)))

    default = f"~/{plan.profile.name}-{time.strftime('%Y-%m-%d-%H%M')}.tar"
    app.push_screen(Ask(f"Back up {plan.profile.name}", WORDS, default, attempt, yes="Back up"), answered)


def _place(text: str) -> Path:
    return Path(os.path.expanduser(text)).absolute()  # noqa: PTH111 - pathlib fails on an unknown user


def _work(plan: Plan, target: Path, access: Access | None) -> Work:
    async def job(sink: Sink, stop: Stop) -> bool:
        from kubetui.operations.maintain.backup import save  # noqa: PLC0415 - loads asyncssh, in this thread

        return (await save(Cluster(plan.profile.name), target, sink, stop, access)).ok

    return Work("Back up", "saving it", f"it is saved in {target}", "there is no backup of it", job)
