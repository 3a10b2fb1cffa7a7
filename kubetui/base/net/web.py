"""Requests over HTTP(S): how long a server may be silent, how often it is asked again, and small files.

Each runs in a daemon thread, so that a cancelled one holds up neither the event loop nor the end of the program.
Proxies come from the environment (https_proxy, no_proxy), as for urllib.
"""

from __future__ import annotations

import asyncio
import contextvars
import http.client
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeVar
from urllib.parse import urlsplit

from kubetui.base.errors import KubetuiError, UsageError
from kubetui.base.net import trust

T = TypeVar("T")
SMALL: Final = 4 * 2**20
"""Bytes that `small` reads at most; checksums and keys are far smaller."""
_UNSUPPORTED: Final = 416
_SERVER_TROUBLE: Final = 500


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may be silent, in seconds, and how often in a row it may fail before anything new arrives."""

    silence: float = 30.0
    tries: int = 3
    pause: float = 1.0
    """Seconds between two tries."""


PATIENT: Final = Patience()


class CutError(Exception):
    """The connection failed or fell silent; what arrived is kept."""


class Stopped(Exception):  # noqa: N818 - not an error: the caller asked for it
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
    return await in_thread(lambda stop: _small(url, patience, stop))


async def size(url: str, patience: Patience = PATIENT) -> int | None:
    """Return the size of a file in bytes, if the server tells it. Raises KubetuiError when it does not answer."""
    return await in_thread(lambda stop: _size(url, patience, stop))


async def in_thread(work: Callable[[threading.Event], T]) -> T:
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

    # whom a profile trusts is known to this context
    threading.Thread(target=contextvars.copy_context().run, args=(run,), name="download", daemon=True).start()
    try:
        return await done
    finally:
        stop.set()


def _small(url: str, patience: Patience, stop: threading.Event) -> bytes:
    def read() -> bytes:
        with opened(url, {}, patience) as response:
            data: bytes = response.read(SMALL + 1)
            whole = length(response)
        # http.client reports a short answer only to who reads it without a limit
        if whole is not None and len(data) < min(whole, SMALL):
            raise CutError(f"it ended after {len(data)} of {whole} bytes")
        if len(data) > SMALL:
            raise KubetuiError(f"{url} is larger than {SMALL // 2**20} MiB.", fix="Check the URL.", id="DOWNLOAD")
        return data

    return persist(url, read, lambda: 0, patience, stop)


def _size(url: str, patience: Patience, stop: threading.Event) -> int | None:
    def ask() -> int | None:
        with opened(url, {}, patience, method="HEAD") as response:
            return length(response)

    return persist(url, ask, lambda: 0, patience, stop)


def persist(
    url: str, attempt: Callable[[], T], have: Callable[[], int], patience: Patience, stop: threading.Event
) -> T:
    """Try again while a server cuts off; give up after some tries that brought nothing new."""
    best = have()
    failed = 0
    while True:
        try:
            return attempt()
        except (CutError, OSError, http.client.HTTPException) as error:
            if isinstance(error, OSError) and not _is_network(error):
                raise
            failed = failed + 1 if have() <= best else 1
            best = max(best, have())
            if failed >= patience.tries:
                _give_up(url, error, best)
            if stop.wait(patience.pause):
                raise Stopped from error


def _is_network(error: OSError) -> bool:
    """Return whether an error is the connection's; one with a file's name is this host's."""
    return error.filename is None and isinstance(
        error, (urllib.error.URLError, TimeoutError, ConnectionError, ssl.SSLError)
    )


def _give_up(url: str, error: BaseException, have: int) -> NoReturn:
    if trust.unknown(error):
        raise KubetuiError(
            f"{url} cannot be downloaded: nobody whom this computer trusts signed its server's certificate.",
            fix=trust.ADVICE,
            id="CA-UNKNOWN",
        ) from error
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    why = "it is silent" if isinstance(reason, TimeoutError) else str(reason) or type(reason).__name__
    kept = f" {have / 1e6:.1f} MB of it are kept, and the next run goes on from there." if have else ""
    raise KubetuiError(
        f"{urlsplit(url).netloc} does not send {url}: {why}.{kept}",
        fix="Check the connection and the proxy (https_proxy, no_proxy), then run the same command again.",
        id="DOWNLOAD",
    ) from error


def opened(url: str, headers: dict[str, str], patience: Patience, method: str = "GET") -> Any:
    """Open a URL. Raises KubetuiError for an answer that trying again would not change."""
    if urlsplit(url).scheme not in {"http", "https"}:
        raise UsageError(f"{url} is not a web address.", fix="Write it with https:// or http://")
    # without compression, so that a position in the file is a position on the wire
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked
        url, headers={"User-Agent": "kubetui", "Accept-Encoding": "identity", **headers}, method=method
    )
    try:
        asking = urllib.request.HTTPSHandler(context=trust.context())
        return urllib.request.build_opener(_NoDowngrade, asking).open(request, timeout=patience.silence)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == _UNSUPPORTED and headers:
                return None
            if error.code >= _SERVER_TROUBLE:
                raise CutError(f"it answers {error.code} {error.reason}") from error
            raise KubetuiError(
                f"{url} cannot be downloaded: the server answers {error.code} {error.reason}.",
                fix="Check the address, or use a mirror.",
                id="DOWNLOAD",
            ) from error


def length(response: Any) -> int | None:
    """Return the size that a server announces, if it does."""
    text = response.headers.get("Content-Length")
    return int(text) if text and text.isdecimal() else None
