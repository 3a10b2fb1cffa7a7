"""Manifests from the web: fetched once, verified, and kept with the cluster, so that it always gets the same text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException
from pathlib import Path
from typing import Final
from urllib.error import HTTPError
from urllib.request import urlopen

from kubetui.base.errors import ProfileError
from kubetui.base.files import write_private
from kubetui.base.net import trust

MAX_BYTES: Final = 4 * 1024 * 1024
SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Source:
    """Where a project publishes its manifest, or a mirror that stands in.

    `sha256` is the checksum that the text must have; where kubetui knows none it is empty, and the first text that a
    cluster gets is remembered. `field` is the profile's field with its url, version and sha256. In a cluster's folder
    the text and its checksum are the files `kept`.yaml and `kept`.sha256.
    """

    url: str
    field: str
    sha256: str
    kept: str
    render: Callable[[bytes], bytes] | None = None
    """What makes a manifest of what is fetched, where that is none itself; it may raise ProfileError."""
    how: str = ""
    """What tells one way of rendering from another."""

    @property
    def place(self) -> str:
        """The URL, and how the text is made of what is there."""
        return f"{self.url}#{self.how}" if self.how else self.url

    def text_in(self, folder: Path) -> Path:
        """Return where a cluster's folder has the text."""
        return folder / f"{self.kept}.yaml"

    def sum_in(self, folder: Path) -> Path:
        """Return where a cluster's folder has the checksum and the URL."""
        return folder / f"{self.kept}.sha256"


@cache
def download(url: str, fix: str) -> bytes:
    """Return what is at a URL, which is fetched once. Raises ProfileError when it cannot be had, or is over 4 MiB."""
    try:
        with urlopen(url, timeout=SECONDS, context=trust.context()) as answer:  # noqa: S310 - the profile allows only http and https
            data: bytes = answer.read(MAX_BYTES + 1)
    except (OSError, HTTPException) as error:
        if isinstance(error, HTTPError):
            error.close()
        if trust.unknown(error):
            raise ProfileError(
                f"{url} cannot be fetched: nobody whom this computer trusts signed its server's certificate.",
                fix=trust.ADVICE,
                id="CA-UNKNOWN",
            ) from error
        raise ProfileError(f"{url} cannot be fetched: {error}.", fix=fix) from error
    if len(data) > MAX_BYTES:
        raise ProfileError(f"{url} is larger than 4 MiB, which no manifest is.", fix="Check the URL.")
    _HERE.add(url)
    return data


_HERE: Final[set[str]] = set()
"""The URLs that this process has fetched."""


@cache
def _rendered(render: Callable[[bytes], bytes], data: bytes) -> bytes:
    return render(data)


def plain(source: str, data: bytes) -> str:
    """Return a manifest as text. Raises ProfileError for what cannot be one."""
    if b"\0" in data:
        raise ProfileError(f"{source} is not a manifest: it has a NUL character in it.", fix="Check that it is YAML.")
    return data.decode(errors="replace").strip("\n")


def text(source: Source, folder: Path | None) -> str:
    """Return a manifest as its project publishes it: the cluster's own copy, or else what is at its URL.

    Raises ProfileError when it cannot be fetched, or is not the text that it has to be.
    """
    return plain(source.url, _whole(source, folder))


def at_hand(source: Source, folder: Path | None) -> bool:
    """Return whether the text can be had without asking anybody."""
    return source.url in _HERE or _copy(source, folder) is not None


def keep(source: Source, folder: Path) -> None:
    """Keep the text in a cluster's folder. Raises ProfileError as `text` does."""
    data = _whole(source, folder)
    if _copy(source, folder) is None:
        # the checksum last: with it, the copy counts
        write_private(source.text_in(folder), data)
        write_private(source.sum_in(folder), f"{_sha256(data)}  {source.place}\n")


def forget(source: Source, folder: Path) -> None:
    """Remove the text from a cluster's folder, where it is of no use any more."""
    # the text last: without it, a checksum that is left would only be compared with what is fetched again
    source.sum_in(folder).unlink(missing_ok=True)
    source.text_in(folder).unlink(missing_ok=True)


def _whole(source: Source, folder: Path | None) -> bytes:
    data, remembered = _copy(source, folder), _remembered(source, folder)
    if data is not None and source.render is not None:
        # what it was made of was verified when it was fetched
        return data
    if data is None:
        mirror = f"Check the connection and the proxy, or name a mirror of it in {source.field}.url."
        data = download(source.url, mirror)
    found = _sha256(data)
    if source.sha256 and found != source.sha256:
        raise ProfileError(
            f"{source.url} has the SHA-256 {found}, and {source.sha256} was expected.",
            fix=f"Look at what is there; if that is what you want, write its checksum into {source.field}.sha256.",
        )
    if source.render is not None:
        data = _rendered(source.render, data)
        found = _sha256(data)
    if remembered and found != remembered:
        raise ProfileError(
            f"{source.url} has another text now, with the SHA-256 {found}: the cluster got one with {remembered}.",
            fix=f"Look at what changed. {source.field}.url may name a place that still has the text of then; a new "
            "cluster gets the new one.",
        )
    return data


def _copy(source: Source, folder: Path | None) -> bytes | None:
    """Return the cluster's copy. Raises ProfileError if somebody changed it."""
    remembered = _remembered(source, folder)
    if folder is None or not remembered:
        return None
    try:
        data = source.text_in(folder).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ProfileError(f"{source.text_in(folder)}: {error.strerror}.", fix="Make it readable again.") from error
    if _sha256(data) != remembered:
        raise ProfileError(
            f"{source.text_in(folder)} was changed: it is the manifest as it was fetched, from which the cluster is "
            "built.",
            fix=f"Delete it: kubetui fetches it again, and compares it with {source.sum_in(folder)}.",
        )
    return data


def _remembered(source: Source, folder: Path | None) -> str:
    """Return the checksum of what the cluster got from this URL; empty where it got nothing from there."""
    if folder is None:
        return ""
    try:
        digest, _, url = source.sum_in(folder).read_text(encoding="utf-8").strip().partition("  ")
    except OSError:
        return ""
    return digest if url == source.place else ""


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
