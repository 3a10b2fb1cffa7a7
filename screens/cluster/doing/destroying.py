"""The screen that destroys a cluster and shows the progress."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from kubetui.base.text import harmless
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Line, Sink
from kubetui.engine.stop import Stop
from screens.cluster.doing.working import Work, WorkScreen
from screens.threads import Threads
from screens.widgets.navigation import GoHome

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access


class DestroyScreen(WorkScreen):
    """Destroys a cluster and shows its log. Leaving the screen does not stop it."""

    def __init__(self, name: str, threads: Threads, access: Access | None = None) -> None:
        async def job(sink: Sink, _stop: Stop) -> bool:
            from kubetui.operations.destroy import destroy  # noqa: PLC0415 - loads asyncssh, in this thread

            def say(text: str) -> None:
                sink(Line(time.time(), name, "destroy", harmless(text)))

            await destroy(Cluster(name), say, access)
            say(f"{name} is gone.")
            return True

        log = "Vagrant" if access is None else "The machines"
        super().__init__(
            name, Work("Destroy", "removing its machines", f"{name} is gone", "some of it is left", job, log), threads
        )

    def action_back(self) -> None:
        """Close what is open in the log, or go to the start screen."""
        if not self.undo_one():
            self.post_message(GoHome())
