"""Asks a server for a box as Vagrant does: with curl, which finds the same proxies and certificates.

A request is bounded as a whole, name lookup and redirects included, and is ended when it is cancelled.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import unquote, urlsplit

from kubetui.base.errors import HostError
from kubetui.base.files import open_regular, write_private
from kubetui.base.net import trust
from kubetui.base.process import run
from kubetui.base.redaction import redact, url_user
from kubetui.base.text import clean, nowhere
from kubetui.profile.credentials import Logins, plain

SECONDS: Final = 5.0
"""Seconds that a server may take to answer."""
PUBLIC: Final = "https://vagrantcloud.com"
"""HashiCorp's catalogue, which Vagrant asks unless $VAGRANT_SERVER_URL names another server."""
_INSTALLED: Final = "/opt/vagrant/embedded/bin/curl"
"""The curl of Vagrant's own packages."""
_MAX_BYTES: Final = 4 * 1024 * 1024
_GONE: Final = frozenset({404, 410})
_OK: Final = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a server has what it was asked for; None where it did not say, and `why` says why not."""

    found: bool | None
    why: str = ""


def catalogue() -> str:
    """Return the URL of the catalogue that Vagrant asks for OWNER/NAME."""
    return (os.environ.get("VAGRANT_SERVER_URL") or PUBLIC).rstrip("/")


async def has_box(name: str) -> Answer:
    """Ask the catalogue for a box, as Vagrant does: what has no JSON for it is no catalogue."""
    return await head(f"{catalogue()}/{name}", Logins(), as_json=True)


async def head(url: str, logins: Logins, *, as_json: bool = False) -> Answer:
    """Ask whether there is something at a URL, and with `as_json` whether it is JSON; fetch nothing."""
    with TemporaryDirectory(prefix="kubetui-") as folder:
        code, said = await _curl(url, logins, Path(folder), "--head")
    return _judged(code, said, as_json=as_json)


async def fetch(url: str, logins: Logins) -> bytes:
    """Return what is at a URL, at most 4 MiB. Raises HostError when it cannot be fetched in time."""
    with TemporaryDirectory(prefix="kubetui-") as folder:
        code, said = await _curl(url, logins, Path(folder), "--max-filesize", str(_MAX_BYTES))
        answer = _judged(code, said, as_json=False)
        if not answer.found:
            why = answer.why or "there is nothing at this URL"
            raise HostError(f"{plain(url)} cannot be fetched: {why}.", fix="Check it, and this host's connection.")
        return (Path(folder) / "body").read_bytes()


def metadata_name(text: bytes) -> str | None:
    """Return the name of the box that Vagrant's metadata describes; None where the text is no metadata."""
    try:
        name = json.loads(text)["name"]
    except (ValueError, KeyError, TypeError):
        return None
    return name if isinstance(name, str) and re.fullmatch(r"[^\x00-\x20\x7f]{1,160}", name) else None


def read_metadata(path: Path) -> bytes:
    """Return a metadata file. Raises OSError when it cannot be read."""
    with open_regular(path) as file:
        return file.read(_MAX_BYTES)


@contextmanager
def login_file(path: Path, url: str, logins: Logins) -> Iterator[Path | None]:
    """Write the login of a URL for curl into a private file, as long as it is needed; None where there is no login.

    A killed kubetui leaves the file, so whoever keeps its folder removes it before the next use.
    """
    user, password = url_user(url), logins.find(url) if url_user(url) else None
    if not user:
        yield None
        return
    host = urlsplit(url).hostname or ""
    words = ["machine", host, "login", _word(unquote(user))]
    if password is not None and password.reveal():
        words += ["password", _word(password.reveal())]
    try:
        write_private(path, " ".join(words) + "\n")
        yield path
    finally:
        path.unlink(missing_ok=True)


def trust_file(folder: Path, more: str | None = None) -> Path | None:
    """Write the authorities that curl is to trust into a folder, as `trust.bundle` has them; None without any more."""
    text = trust.bundle(more)
    if not text:
        return None
    write_private(folder / "ca-bundle.pem", text)
    return folder / "ca-bundle.pem"


def _word(text: str) -> str:
    """Return a word for curl's netrc, quoted only where it must be: curl before 7.84 knows no quotes."""
    if re.fullmatch(r"[^\s\"\\#]+", text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


async def _curl(url: str, logins: Logins, folder: Path, *more: str) -> tuple[int, str]:
    """Run curl, and return its exit code with its last line: status and content type, or what went wrong."""
    program = shutil.which("curl") or shutil.which(_INSTALLED)
    if program is None:
        return -1, "curl is not on this host"
    trusted = trust_file(folder)
    with login_file(folder / "netrc", url, logins) as netrc:
        words = [
            *(program, "-q", "--silent", "--show-error", "--location", "--max-redirs", "10"),
            *("--max-time", str(SECONDS), "--header", "Accept: application/json", *more),
            *("--output", str(folder / "body"), "--write-out", "%{http_code} %{content_type}"),
            *(("--netrc-file", str(netrc)) if netrc else ()),
            *(("--cacert", str(trusted)) if trusted else ()),
            *("--url", plain(url)),
        ]
        finished = await run(words, cwd=folder, env=os.environ, log=nowhere)
    said = [line for line in finished.tail if line.startswith("curl:")] if finished.code else finished.tail
    return finished.code, said[-1] if said else ""


def _judged(code: int, said: str, *, as_json: bool) -> Answer:
    if code:
        why = re.sub(r"^curl: \(\d+\) ", "", redact(clean(said))) or f"curl ended with exit code {code}"
        return Answer(None, why.rstrip("."))
    status, _, kind = said.partition(" ")
    number = int(status) if status.isdecimal() else 0
    if number in _GONE:
        return Answer(found=False)
    if number != _OK:
        return Answer(None, f"it answers with HTTP status {number}")
    if as_json and not re.match(r"application/(\S+\+)?json\b", kind):
        return Answer(found=False, why="it answers, and not as a catalogue does")
    return Answer(found=True)
