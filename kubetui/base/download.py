"""Downloads over HTTP(S): with progress, resumed where they were cut off, never glued together from two files.

Each runs in a daemon thread, so that a cancelled one holds up neither the event loop nor the end of the program.
Proxies come from the environment (https_proxy, no_proxy), as for urllib.
"""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import json
import os
import shutil
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, NoReturn, TypeVar
from urllib.parse import urlsplit

from kubetui.base.errors import HostError, KubetuiError, UsageError
from kubetui.base.files import open_private, room, write_private

T = TypeVar("T")
Progress = Callable[[int, int | None], None]
"""Called with the bytes that are there and, where the server tells it, the bytes in all; from another thread."""

SMALL: Final = 4 * 2**20
"""Bytes that `small` reads at most; checksums and keys are far smaller."""
_CHUNK: Final = 2**18
_UNSUPPORTED: Final = 416
_SERVER_TROUBLE: Final = 500
_PARTIAL: Final = 206


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may be silent, in seconds, and how often in a row it may fail before anything new arrives."""

    silence: float = 30.0
    tries: int = 3
    pause: float = 1.0
    """Seconds between two tries."""


PATIENT: Final = Patience()


@dataclass(frozen=True, slots=True)
class Digest:
    """What a file has to be: `algorithm` is one of hashlib's, `value` in lower-case hexadecimal digits."""

    algorithm: str
    value: str


class _CutError(Exception):
    """The connection failed or fell silent; what arrived is kept."""


class _Stopped(Exception):  # noqa: N818 - not an error: the caller asked for it
    """The download was cancelled."""


class _NoDowngrade(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: str) -> Any:  # noqa: PLR0917 - as inherited
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise KubetuiError(
                f"{req.full_url} sends us on to {newurl}, which is not encrypted.",
                fix="Use another mirror.",
                id="DOWNLOAD",
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


async def small(url: str, patience: Patience = PATIENT) -> bytes:
    """Return the content of a small file. Raises KubetuiError when the server does not give it, or when it is big."""
    return await _in_thread(lambda stop: _small(url, patience, stop))


async def size(url: str, patience: Patience = PATIENT) -> int | None:
    """Return the size of a file in bytes, if the server tells it. Raises KubetuiError when it does not answer."""
    return await _in_thread(lambda stop: _size(url, patience, stop))


async def file(
    url: str, target: Path, digest: Digest, progress: Progress, *, beside: int = 0, patience: Patience = PATIENT
) -> None:
    """Download a file to `target`, which appears only when it is whole and has the digest.

    What arrived of an interrupted download stays beside it as NAME.part, and the next call goes on from there if the
    server still has the same file. `beside` is how many times its size must be free besides the file itself.
    Raises KubetuiError, HostError when there is no room.
    """
    await _in_thread(lambda stop: _Download(url, target, digest, progress, beside, patience, stop).run())


async def _in_thread(work: Callable[[threading.Event], T]) -> T:
    """Run `work` in a daemon thread; at a cancellation, set its event and leave it to itself."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()
    stop = threading.Event()

    def settle(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type] # without an error, it is the result

    def run() -> None:
        result, failure = None, None
        try:
            result = work(stop)
        except BaseException as error:  # noqa: BLE001 - raised again in the coroutine that waits
            failure = error
        if not stop.is_set():
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name="download", daemon=True).start()
    try:
        return await done
    finally:
        stop.set()


def _small(url: str, patience: Patience, stop: threading.Event) -> bytes:
    def read() -> bytes:
        with _open(url, {}, patience) as response:
            data: bytes = response.read(SMALL + 1)
            whole = _length(response)
        # http.client reports a short answer only to who reads it without a limit
        if whole is not None and len(data) < min(whole, SMALL):
            raise _CutError(f"it ended after {len(data)} of {whole} bytes")
        if len(data) > SMALL:
            raise KubetuiError(f"{url} is larger than {SMALL // 2**20} MiB.", fix="Check the URL.", id="DOWNLOAD")
        return data

    return _persist(url, read, lambda: 0, patience, stop)


def _size(url: str, patience: Patience, stop: threading.Event) -> int | None:
    def ask() -> int | None:
        with _open(url, {}, patience, method="HEAD") as response:
            return _length(response)

    return _persist(url, ask, lambda: 0, patience, stop)


def _persist(
    url: str, attempt: Callable[[], T], have: Callable[[], int], patience: Patience, stop: threading.Event
) -> T:
    """Try again while a server cuts off; give up after some tries that brought nothing new."""
    best = have()
    failed = 0
    while True:
        try:
            return attempt()
        except (_CutError, OSError, http.client.HTTPException) as error:
            if isinstance(error, OSError) and not _is_network(error):
                raise
            failed = failed + 1 if have() <= best else 1
            best = max(best, have())
            if failed >= patience.tries:
                _give_up(url, error, best)
            if stop.wait(patience.pause):
                raise _Stopped from error


def _is_network(error: OSError) -> bool:
    """Return whether an error is the connection's; one with a file's name is this host's."""
    return error.filename is None and isinstance(
        error, (urllib.error.URLError, TimeoutError, ConnectionError, ssl.SSLError)
    )


def _give_up(url: str, error: BaseException, have: int) -> NoReturn:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    why = "it is silent" if isinstance(reason, TimeoutError) else str(reason) or type(reason).__name__
    kept = f" {have / 1e6:.1f} MB of it are kept, and the next run goes on from there." if have else ""
    raise KubetuiError(
        f"{urlsplit(url).netloc} does not send {url}: {why}.{kept}",
        fix="Check the connection and the proxy (https_proxy, no_proxy), then run the same command again.",
        id="DOWNLOAD",
    ) from error


def _open(url: str, headers: dict[str, str], patience: Patience, method: str = "GET") -> Any:
    """Open a URL. Raises KubetuiError for an answer that trying again would not change."""
    if urlsplit(url).scheme not in {"http", "https"}:
        raise UsageError(f"{url} is not a web address.", fix="Write it with https:// or http://")
    # without compression, so that a position in the file is a position on the wire
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked
        url, headers={"User-Agent": "kubetui", "Accept-Encoding": "identity", **headers}, method=method
    )
    try:
        return urllib.request.build_opener(_NoDowngrade).open(request, timeout=patience.silence)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == _UNSUPPORTED and headers:
                return None
            if error.code >= _SERVER_TROUBLE:
                raise _CutError(f"it answers {error.code} {error.reason}") from error
            raise KubetuiError(
                f"{url} cannot be downloaded: the server answers {error.code} {error.reason}.",
                fix="Check the address, or use a mirror (--mirror URL).",
                id="DOWNLOAD",
            ) from error


def _length(response: Any) -> int | None:
    text = response.headers.get("Content-Length")
    return int(text) if text and text.isdecimal() else None


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
            found = _persist(self.url, self._attempt, self._have, self.patience, self.stop)
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
        response = _open(self.url, headers, self.patience)
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
        rest = _length(response)
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
            raise _CutError(f"it ended after {have} of {total} bytes")
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
            raise _Stopped


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
