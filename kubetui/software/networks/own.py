"""A pod network of one's own: a manifest by path, or by URL and checksum."""

from __future__ import annotations

import hashlib
from functools import cache
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

from kubetui.base.errors import ProfileError

if TYPE_CHECKING:
    from kubetui.profile.plan import Plan

MAX_BYTES = 4 * 1024 * 1024
SECONDS = 30


def images(_plan: Plan) -> tuple[str, ...]:
    """Return no images: what a manifest of one's own needs is pulled when its pods start."""
    return ()


def manifest(plan: Plan) -> str:
    """Return the manifest's text.

    Raises ProfileError when it cannot be read, or does not have the checksum that the profile gives.
    """
    options = plan.profile.network.manifest
    if options is None:
        raise ProfileError("network.manifest is missing.", fix="Give path, or url and sha256.")
    source = options.path or options.url or ""
    data = _from_url(source) if options.url else _from_file(source)
    found = hashlib.sha256(data).hexdigest()
    if options.sha256 and found != options.sha256:
        raise ProfileError(
            f"{source} has the SHA-256 {found}, and the profile says {options.sha256}.",
            fix="Look at what changed in the manifest before you put the new checksum into the profile.",
        )
    if b"\0" in data:
        raise ProfileError(f"{source} is no manifest: there is a NUL character in it.", fix="Check that it is YAML.")
    return data.decode(errors="replace").strip("\n")


def _from_file(source: str) -> bytes:
    path = Path(source).expanduser()
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProfileError(
            f"{path}: {error.strerror}.", fix="Give network.manifest.path a file that can be read."
        ) from error


@cache
def _from_url(source: str) -> bytes:
    try:
        with urlopen(source, timeout=SECONDS) as answer:  # noqa: S310 - the profile allows http and https alone
            data: bytes = answer.read(MAX_BYTES + 1)
    except (OSError, HTTPException) as error:
        raise ProfileError(f"{source} cannot be fetched: {error}.", fix="Look at the URL, or give a path.") from error
    if len(data) > MAX_BYTES:
        raise ProfileError(f"{source} is larger than 4 MiB, and no manifest is.", fix="Check that it is the right URL.")
    return data
