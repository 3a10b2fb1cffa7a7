"""Sample the command lines of every process on this host, including those in containers."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Self


class Watch:
    """Collects the command lines of all processes in a thread, pausing `pause` seconds between scans."""

    def __init__(self, pause: float = 0.0) -> None:
        self.seen: set[str] = set()
        self._pause = pause
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(self._pause):
            for number in filter(str.isdecimal, os.listdir("/proc")):  # noqa: PTH208 - glob fails when a process ends
                try:
                    words = Path("/proc", number, "cmdline").read_bytes()
                except OSError:
                    continue
                self.seen.add(words.decode(errors="replace").replace("\0", " "))

    def assert_saw(self, words: str) -> None:
        assert any(words in line for line in self.seen), "the watcher saw the machines work"
