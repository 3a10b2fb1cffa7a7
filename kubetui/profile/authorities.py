"""The authorities of `mirrors.ca`: read from the person's file, and judged, before anything trusts them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NoReturn

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from kubetui.base.errors import KubetuiError, ProfileError
from kubetui.base.files import open_regular
from kubetui.base.net.trust import trusting
from kubetui.base.text import clean
from kubetui.cluster.certificates import SOON
from kubetui.profile.schema.profile import Profile

_MAX_BYTES: Final = 1024 * 1024
_FIX: Final = "Ask whoever runs your company's network for the authority's certificate as PEM."


@dataclass(frozen=True, slots=True)
class Authority:
    """One certificate of an authority; `ends` is in seconds since the epoch, `fingerprint` its SHA-256 in hex."""

    subject: str
    fingerprint: str
    ends: float
    pem: str

    @property
    def last_day(self) -> str:
        """The day on which it runs out."""
        return f"{datetime.fromtimestamp(self.ends, UTC):%Y-%m-%d}"

    @property
    def told(self) -> str:
        """Who it is, in words."""
        return f"{self.subject}, SHA-256 {self.fingerprint}, until {self.last_day}"


def read(profile: Profile, now: float | None = None) -> tuple[Authority, ...]:
    """Return the authorities that a profile names, in the file's order; none where it names no file.

    `now` is in seconds since the epoch. Raises ProfileError CA-FILE for a file that cannot be read, has no
    certificate in PEM or a broken one, or one of somebody who is no authority or whose time is not now.
    """
    return () if profile.mirrors.ca is None else of_file(Path(profile.mirrors.ca), now)


def of_file(path: Path, now: float | None = None) -> tuple[Authority, ...]:
    """Return the authorities of a file. Raises ProfileError as `read` does."""
    moment = time.time() if now is None else now
    try:
        certificates = x509.load_pem_x509_certificates(_bytes(path))
    except ValueError as error:
        text = clean(str(error)).rstrip(".").split(". See ")[0]
        _refuse(path, f"has no certificates in PEM: {text}", "Convert it: openssl x509 -inform der -in FILE -out NEW")
    return tuple(_judged(path, each, moment) for each in certificates)


def found(profile: Profile) -> tuple[Authority, ...]:
    """Return them where they can be read, and none otherwise: for words, and never for a machine."""
    try:
        return read(profile)
    except KubetuiError:
        return ()


def pem(authorities: tuple[Authority, ...]) -> str:
    """Return their certificates, one after the other."""
    return "\n".join(each.pem for each in authorities)


@contextmanager
def trusted(profile: Profile) -> Iterator[None]:
    """Have this process trust a profile's authorities while it works on it. Raises ProfileError as `read` does."""
    with trusting(pem(read(profile))):
        yield


def ending(authorities: tuple[Authority, ...], now: float) -> tuple[Authority, ...]:
    """Return those that run out within 30 days."""
    return tuple(each for each in authorities if each.ends - now < SOON)


def _bytes(path: Path) -> bytes:
    try:
        with open_regular(path) as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        _refuse(
            path,
            f"cannot be read: {error.strerror}",
            "Correct the path (in a profile: mirrors.ca), or put the file there.",
        )
    if len(data) > _MAX_BYTES:
        _refuse(path, "is larger than 1 MiB, which no authority's certificate is", _FIX)
    return data


def _judged(path: Path, certificate: x509.Certificate, now: float) -> Authority:
    subject = clean(certificate.subject.rfc4514_string())[:200] or "without a subject"
    try:
        authority = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        authority = False
    if not authority:
        _refuse(path, f"has a certificate that may sign no others ({subject}): a server's own, perhaps", _FIX)
    begins, ends = certificate.not_valid_before_utc.timestamp(), certificate.not_valid_after_utc.timestamp()
    digest = certificate.fingerprint(hashes.SHA256()).hex()
    text = re.sub(r"\r", "", certificate.public_bytes(Encoding.PEM).decode()).strip()
    made = Authority(subject, digest, ends, text)
    if now >= ends:
        _refuse(path, f"has a certificate that ran out on {made.last_day} ({subject})", _FIX)
    if now < begins:
        first = f"{datetime.fromtimestamp(begins, UTC):%Y-%m-%d}"
        _refuse(path, f"has a certificate that holds from {first} on ({subject})", "Check this computer's clock.")
    return made


def _refuse(path: Path, why: str, fix: str) -> NoReturn:
    raise ProfileError(f"The file of the authorities, {path}, {why}.", fix=fix, id="CA-FILE")


def summary(authorities: tuple[Authority, ...]) -> str:
    """Return how many there are and who, for one line.

    >>> summary((Authority("CN=Example", "ab", 0.0, ""),))
    '1 authority: CN=Example'
    """
    count = "1 authority" if len(authorities) == 1 else f"{len(authorities)} authorities"
    return f"{count}: {'; '.join(each.subject for each in authorities)}"
