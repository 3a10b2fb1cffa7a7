"""Reads the kept logs of a cluster, and what a run adds to them."""

from __future__ import annotations

import heapq
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kubetui.base.files import linked
from kubetui.base.text import PROMPT
from kubetui.cluster.folder import log_of

STAMP: Final = 19
"""The length of the time at the start of a log's line."""
POLL: Final = 0.2
_LINE: Final = re.compile(r"\S+ \S+ ([\w-]+): (.*)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines to show: of one step or of all, commands alone or everything."""

    step: str = ""
    commands: bool = False

    def takes(self, line: str) -> bool:
        """Whether a log's line is wanted."""
        if not self.step and not self.commands:
            return True
        found = _LINE.match(line)
        if found is None or self.step not in {"", found[1]}:
            return False
        return not self.commands or found[2].startswith(PROMPT)


def machines(folder: Path) -> tuple[str, ...]:
    """Return the machines that have a log."""
    return tuple(sorted(path.stem for path in folder.glob("*.log")))


class Reader:
    """Reads on in the logs of some machines, from where it was before."""

    def __init__(self, folder: Path, names: Sequence[str], wanted: Wanted) -> None:
        self._folder = folder
        self._wanted = wanted
        self._read = dict.fromkeys(names, 0)

    def more(self) -> Iterator[tuple[str, str]]:
        """Yield each new line with its machine, in the order of their times."""
        return heapq.merge(*map(self._lines, self._read), key=lambda each: each[1][:STAMP])

    def _lines(self, machine: str) -> Iterator[tuple[str, str]]:
        path = log_of(self._folder, machine)
        if path.is_symlink():
            raise linked(path)
        if not path.exists():
            return
        # the end of a long output is appended to a copy, which takes the log's place: what was read stays in front
        with path.open("rb") as file:
            file.seek(self._read[machine])
            for data in file:
                if not data.endswith(b"\n"):
                    return
                self._read[machine] += len(data)
                line = data.decode(errors="replace").rstrip("\n")
                if self._wanted.takes(line):
                    yield machine, line


def follow(reader: Reader, going: Callable[[], bool]) -> Iterator[tuple[str, str]]:
    """Yield every line there is, then those that come while `going` says that a run goes on."""
    goes_on = True
    while goes_on:
        # asked before reading: what a run writes last is read, too
        goes_on = going()
        yield from reader.more()
        if goes_on:
            time.sleep(POLL)
