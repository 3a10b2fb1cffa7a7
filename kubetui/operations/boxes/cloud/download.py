"""Downloads of large files: with progress, resumed where they were cut off, never glued together from two files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from kubetui.base.errors import HostError, KubetuiError
from kubetui.base.files import open_private, room, write_private
from kubetui.base.net import web
from kubetui.base.net.web import PATIENT, Patience

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are there and, where the server tells it, the bytes in all; from another thread."""

_CHUNK: Final = 2**18
_PARTIAL: Final = 206


@dataclass(frozen=True, slots=True)
class Digest:
    """What a file has to be: `algorithm` is one of hashlib's, `value` in lower-case hexadecimal digits."""

    algorithm: str
    value: str


async def file(
    url: str, target: Path, digest: Digest, progress: Progress, *, beside: int = 0, patience: Patience = PATIENT
) -> None:
    """Download a file to `target`, which appears only when it is whole and has the digest.

    What arrived of an interrupted download stays beside it as NAME.part, and the next call goes on from there if the
    server still has the same file. `beside` is how many times its size must be free besides the file itself.
    Raises KubetuiError, HostError when there is no room.
    """
    await web.in_thread(lambda stop: _Download(url, target, digest, progress, beside, patience, stop).run())


@dataclass(slots=True)
class _Download:
    url: str
    target: Path
    digest: Digest
    progress: Progress
    beside: int
    patience: Patience
    stop: threading.Event

    @property
    def part(self) -> Path:
        return self.target.with_name(self.target.name + ".part")

    @property
    def origin(self) -> Path:
        """A file that says what the part is a part of."""
        return self.target.with_name(self.target.name + ".part.json")

    def run(self) -> None:
        with room(self.target.parent):
            found = web.persist(self.url, self._attempt, self._have, self.patience, self.stop)
        if found != self.digest.value:
            self._forget()
            raise KubetuiError(
                f"{self.url} does not have the checksum that was published for it: it has {self.digest.algorithm} "
                f"{found}, not {self.digest.value}. It was removed.",
                fix="Run the same command again. If it happens again, someone changed the file: use another mirror.",
                id="IMAGE-CHECKSUM",
            )
        self.part.rename(self.target)
        self.origin.unlink(missing_ok=True)

    def _attempt(self) -> str:
        """Receive what is missing; return the digest of the whole file."""
        validator = self._validator()
        have = self._have()
        headers = {"Range": f"bytes={have}-", "If-Range": validator} if have and validator else {}
        response = web.opened(self.url, headers, self.patience)
        if response is None:  # the part is as long as the file, or longer
            self._forget()
            return self._attempt()
        with response:
            if have and not self._continues(response, have, validator):
                have = 0
                if response.status == _PARTIAL:
                    self._forget()
                    return self._attempt()
            return self._receive(response, have)

    def _receive(self, response: Any, have: int) -> str:
        rest = web.length(response)
        total = None if rest is None else have + rest
        self._need(rest or 0, total or 0)
        if not have:
            self._note(response)
        checked = hashlib.new(self.digest.algorithm)
        with os.fdopen(open_private(self.part, os.O_RDWR), "r+b") as out:
            out.truncate(have)
            _skip(out, checked, self._check)
            while chunk := response.read1(_CHUNK):
                self._check()
                out.write(chunk)
                checked.update(chunk)
                have += len(chunk)
                self.progress(have, total)
            out.flush()
            os.fsync(out.fileno())
        if total is not None and have != total:
            raise web.CutError(f"it ended after {have} of {total} bytes")
        return checked.hexdigest()

    def _need(self, rest: int, total: int) -> None:
        free = shutil.disk_usage(self.target.parent).free
        need = rest + self.beside * total
        if need > free:
            raise HostError(
                f"{self.target.parent} has no room for {self.url}: {need / 1e9:.1f} GB are needed to make a box of "
                f"it, and {free / 1e9:.1f} GB are free.",
                fix="Free some space there, or let XDG_CACHE_HOME name a folder on a larger disk.",
                id="HOST-DISK",
            )

    def _continues(self, response: Any, have: int, validator: str | None) -> bool:
        """Return whether an answer is the rest of the same file."""
        begins = str(response.headers.get("Content-Range", "")).startswith(f"bytes {have}-")
        return response.status == _PARTIAL and begins and _identity(response) in {None, validator}

    def _note(self, response: Any) -> None:
        """Remember which file this is the beginning of; without a validator, it can never be resumed."""
        self.part.unlink(missing_ok=True)
        write_private(self.origin, json.dumps({"url": self.url, "validator": _identity(response)}))

    def _validator(self) -> str | None:
        try:
            known = json.loads(self.origin.read_text(encoding="utf-8"))
            return str(known["validator"]) if known["url"] == self.url and known["validator"] else None
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def _have(self) -> int:
        """Return how many bytes a next try need not fetch: none where nothing tells whether the file is the same."""
        return self.part.stat().st_size if self.part.exists() and self._validator() else 0

    def _forget(self) -> None:
        self.part.unlink(missing_ok=True)
        self.origin.unlink(missing_ok=True)

    def _check(self) -> None:
        if self.stop.is_set():
            raise web.Stopped


def _skip(out: IO[bytes], checked: Any, check: Callable[[], None]) -> None:
    """Read what is there into the digest, up to the end, where writing goes on."""
    while chunk := out.read(_CHUNK):
        check()
        checked.update(chunk)


def _identity(response: Any) -> str | None:
    """Return what tells this version of a file from another: a strong ETag, or else its date."""
    tag = response.headers.get("ETag")
    if tag and not tag.startswith("W/"):
        return str(tag)
    date = response.headers.get("Last-Modified")
    return str(date) if date else None
