"""Boxes: what a profile may name as one, and what Vagrant is told about it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from kubetui.base.errors import SecretInProfileError
from kubetui.base.redaction import remember, telling
from kubetui.base.text import clean

_CATALOGUE_NAME: Final = re.compile(r"[A-Za-z0-9][-A-Za-z0-9._]{0,80}/[A-Za-z0-9][-A-Za-z0-9._]{0,80}")
_URL: Final = re.compile(r"https?://[A-Za-z0-9._~:/?#@!&()*+,;=%\[\]-]{1,490}")
_PATH: Final = re.compile(r"[^\x00-\x1f\x7f\\]{1,500}")
_OWNER: Final = "kubetui-fetched"
"""The owner in the names that kubetui gives to boxes from a file; boxes that it builds itself have another one."""
_FORMS: Final = "OWNER/NAME, or the URL or path of a .box file or of Vagrant's metadata (.json)"


class BoxKind(Enum):
    """What a profile names as its box."""

    CATALOGUE = "a box in Vagrant's catalogue"
    FILE = "a .box file"
    METADATA = "Vagrant's metadata of a box, as JSON"


@dataclass(frozen=True, slots=True)
class BoxSource:
    """A box as a profile names it. `text` is OWNER/NAME, a URL, or an absolute path."""

    text: str
    kind: BoxKind

    def __str__(self) -> str:
        return self.text

    @property
    def name(self) -> str:
        """Its name: OWNER/NAME, or that of the file."""
        return self.text if self.kind is BoxKind.CATALOGUE else self.text.rpartition("/")[2]

    @property
    def is_url(self) -> bool:
        """Whether it is fetched over the network from a place of its own."""
        return is_url(self.text)

    @property
    def path(self) -> Path | None:
        """The file on this host, if it is one."""
        return Path(self.text) if self.text.startswith("/") else None


@dataclass(frozen=True, slots=True)
class VagrantBox:
    """A box as Vagrant takes it: its name and, unless the catalogue has it, where it comes from.

    The name is empty while it is unknown: Vagrant's metadata gives it. `sha256` is that of a .box file.
    """

    name: str
    url: str = ""
    sha256: str = ""

    def __str__(self) -> str:
        return self.name or self.url

    @property
    def file(self) -> Path | None:
        """The file on this host that it is added from, if it is one."""
        place = self.url.removeprefix("file://")
        return Path(unquote(place)) if place != self.url else None

    @property
    def settings(self) -> dict[str, str]:
        """What machines.json says about it beside the name."""
        return {key: value for key, value in (("box_url", self.url), ("box_sha256", self.sha256)) if value}


def is_url(text: str) -> bool:
    """Return whether a box is named by a URL; a path may have what begins one in it."""
    return "://" in text and not text.startswith(("/", "~"))


def parse_box(text: str) -> BoxSource:
    """Return the box that a profile names; `~` is expanded, so that it means the same file in every folder.

    Raises ValueError that says what to write, SecretInProfileError for a URL whose query holds a secret.
    """
    if is_url(text):
        return BoxSource(_url(text), _kind(text, urlsplit(text).path))
    if text.startswith(("/", "~")):
        return BoxSource(str(anchored(text)), _kind(text, text))
    if text.endswith((".box", ".json")):
        raise ValueError(f"{clean(text)} depends on the folder that kubetui runs in. Begin the path with / or ~.")
    if not _CATALOGUE_NAME.fullmatch(text):
        raise ValueError(f"{clean(text[:80])} is not a box: {_FORMS}.")
    return BoxSource(text, BoxKind.CATALOGUE)


def vagrant_box(source: BoxSource, sha256: str = "", stamp: str = "") -> VagrantBox:
    """Return what Vagrant is told about a box.

    A .box file gets a name that follows from its place and its checksum: another cluster finds the box that was added,
    and never takes one with another checksum for it. `stamp` distinguishes the states of a file without a checksum.
    """
    if source.kind is BoxKind.CATALOGUE:
        return VagrantBox(source.text)
    # Vagrant decodes the path, so a percent sign or a blank in it must be encoded
    url = source.text if source.is_url else f"file://{quote(source.text)}"
    if source.kind is BoxKind.METADATA:
        return VagrantBox("", url)
    digest = hashlib.sha256(f"{source.text}\n{sha256}\n{stamp}".encode()).hexdigest()[:12]
    stem = PurePosixPath(unquote(urlsplit(url).path)).stem
    plain = re.sub(r"[^A-Za-z0-9._]+", "-", stem).strip("-._")[:40] or "box"
    return VagrantBox(f"{_OWNER}/{plain}-{digest}", url, sha256)


def _url(text: str) -> str:
    if not _URL.fullmatch(text):
        raise ValueError(f"{clean(text[:80])} is not a URL that kubetui can fetch: it needs http:// or https://.")
    found = [(name, value) for name, value in telling(dict(parse_qsl(urlsplit(text).query)))]
    for _, value in found:
        remember(value)
    if found:
        raise SecretInProfileError(
            f"This URL contains a secret ({found[0][0]}), and a profile holds none.",
            "Download the box yourself, and name the file.",
        )
    return text


def anchored(text: str, what: str = "a box") -> Path:
    """Return the absolute path of a file on this host, which means the same in every folder.

    `~` is expanded; `what` says whose file it is. Raises ValueError for any other path.
    """
    if not _PATH.fullmatch(text):
        raise ValueError(f"A path of {what} has no backslashes and no control characters in it.")
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        raise ValueError(f"{clean(text)} names the home folder of a user that this host does not have.") from None
    if not path.is_absolute():
        raise ValueError(f"{clean(text)} is not a path that begins with / or ~/.")
    return path


def _kind(text: str, path: str) -> BoxKind:
    if path.endswith(".json"):
        return BoxKind.METADATA
    if path.endswith(".box"):
        return BoxKind.FILE
    raise ValueError(
        f"{clean(text[:80])} ends in neither .box nor .json. Rename it, or add it yourself "
        "(vagrant box add --name OWNER/NAME FILE) and write OWNER/NAME."
    )
