"""The screen that destroys a cluster and shows the progress."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from kubetui.base.errors import KubetuiError
from kubetui.base.text import harmless
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Line
from screens.log.buffers import Buffer
from screens.log.pane import LogPane
from screens.log.screen import LOG_KEYS, LogScreen
from screens.threads import EngineThread, Threads
from screens.widgets.chrome import TitleLine, key, marked
from screens.widgets.navigation import GoHome

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access


class DestroyScreen(LogScreen):
    """Destroys a cluster and shows its log. Leaving the screen does not stop it."""

    DEFAULT_CSS = "DestroyScreen LogPane { padding: 0 0 0 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [key("escape", "back", "Back", display="esc"), *LOG_KEYS]

    def __init__(self, name: str, threads: Threads, access: Access | None = None) -> None:
        super().__init__()
        self._threads = threads
        self._cluster = name
        self._access = access
        self._buffer = Buffer()
        self._thread = EngineThread(f"destroy {name}", self._main)

    def compose(self) -> ComposeResult:
        """Draw the screen."""
        yield TitleLine(f"Destroy {self._cluster}", marked("running", "removing its machines"))
        yield LogPane(self._cluster)
        yield self.foot()

    def on_mount(self) -> None:
        """Start."""
        self.pane.show("Vagrant" if self._access is None else "The machines", self._buffer, "destroy")
        self._threads.start(self._thread)
        self.set_interval(1 / 4, self.look)

    def look(self) -> None:
        """Show the result once there is one."""
        if not self._thread.running:
            self.query_one(TitleLine).say(self._result())

    def _result(self) -> Content:
        if self._thread.error is None:
            return marked("done", f"{self._cluster} is gone")
        return marked("failed", "some of it is left")

    async def _main(self) -> None:
        from kubetui.operations.destroy import destroy  # noqa: PLC0415 - loads asyncssh, in this thread

        try:
            await destroy(Cluster(self._cluster), self._say, self._access)
            self._say(f"{self._cluster} is gone.")
        except KubetuiError as error:
            for line in str(error).splitlines():
                self._say(f"error: {line.strip()}")
            raise

    def _say(self, text: str) -> None:
        self._buffer.append(Line(time.time(), self._cluster, "destroy", harmless(text)))

    def action_back(self) -> None:
        """Close what is open in the log, or go to the start screen."""
        if not self.undo_one():
            self.post_message(GoHome())
