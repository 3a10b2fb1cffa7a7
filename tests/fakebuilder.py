"""A fake in place of what builds boxes: it fetches nothing, and puts an empty box into Vagrant's store."""

from __future__ import annotations

from pathlib import Path

from kubetui.base.text import LineSink
from kubetui.operations.boxes.cloud.download import Progress
from tests.shelf import put_box


class FakeBuilder:
    """Notes what it is asked to build. `size` is what it says about the download; `forgets` leaves the box out."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.size: int | None = 412_000_000
        self.forgets = False
        self.built: list[tuple[str, str]] = []

    async def download(self, _system: str) -> int | None:
        return self.size

    async def build(self, system: str, provider: str, say: LineSink, _progress: Progress | None = None) -> str:
        say(f"fetching {system}")
        self.built.append((system, provider))
        name = f"kubetui/{system}"
        if not self.forgets:
            put_box(self.home, name, "0", provider)
        return name
