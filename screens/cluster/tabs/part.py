"""What the parts of a cluster's home have in common."""

from __future__ import annotations

from kubetui.cluster.folder import Cluster
from screens.cluster.watch import Seen, Watch
from screens.widgets.keys import KeyedPart


class Part(KeyedPart):
    """One part of a cluster's home. Its keys work while the focus is in it."""

    DEFAULT_CSS = "Part { height: 1fr; }"

    def __init__(self, cluster: Cluster, watch: Watch, name: str) -> None:
        super().__init__(id=name)
        self.cluster = cluster
        self.watching = watch

    def opened(self) -> None:
        """Show what is there now, and take the focus."""

    def look(self, seen: Seen, /) -> None:
        """Show what the watch has found; called several times a second while this part is open."""
