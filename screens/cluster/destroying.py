"""A cluster on its way out: what is said while its machines are removed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from kubetui.base.text import harmless
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Line
from screens.log.buffers import Buffer
from screens.log.pane import LogPane
from screens.log.screen import LOG_KEYS, LogScreen
from screens.threads import EngineThread
from screens.widgets.chrome import TitleLine, key, marked

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access


class DestroyScreen(LogScreen):
    """Removes a cluster and shows what happens; it goes on when the screen is left."""

    DEFAULT_CSS = "DestroyScreen LogPane { padding: 0 0 0 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [key("escape", "back", "Back", display="esc"), *LOG_KEYS]

    def __init__(self, name: str, access: Access | None = None) -> None:
        super().__init__()
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
        """Begin."""
        self.pane.show("Vagrant" if self._access is None else "The machines", self._buffer, "destroy")
        self._thread.start()
        self.set_interval(1 / 4, self.look)

    def look(self) -> None:
        """Say how it stands."""
        if not self._thread.alive:
            self.query_one(TitleLine).say(self._result())

    def _result(self) -> Content:
        error = self._thread.error
        return (
            marked("done", f"{self._cluster} is gone") if error is None else marked("failed", "not everything is gone")
        )

    async def _main(self) -> None:
        from kubetui.base.errors import KubetuiError  # noqa: PLC0415
        from kubetui.operations.destroy import destroy  # noqa: PLC0415

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
        """Go to the start screen."""
        if not self.undo_one():
            while len(self.app.screen_stack) > 1:
                self.app.pop_screen()
