"""Passwords of proxies and mirrors: a profile names the user, the password comes from elsewhere.

It is in a separate file that only its owner can read, or a person types it and it stays in memory.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote

from pydantic import BaseModel

from kubetui.base import strictyaml
from kubetui.base.errors import ProfileError
from kubetui.base.files import credentials_file, open_regular
from kubetui.base.places import Document
from kubetui.base.redaction import STARS, Secret, remember, remember_url, url_user
from kubetui.base.text import clean
from kubetui.profile.schema.boxes import BoxSource
from kubetui.profile.schema.kinds import PROVIDERS
from kubetui.profile.schema.profile import Profile

MAX_BYTES: Final = 64 * 1024
_PLACE = re.compile(r"(https?://[^\s/:@]+@)?[A-Za-z0-9][-A-Za-z0-9.]*(:[0-9]{1,5})?")
_URL = re.compile(r"https?://")
_LINE: Final = 'A line is a place, a colon and the password in quotes: "http://me@proxy.example.org:3128": "PASSWORD"'

_told: dict[str, Secret] = {}
"""Typed passwords by place, for as long as the program runs."""


@dataclass(frozen=True, slots=True)
class Logins:
    """Passwords by place: SCHEME://USER@HOST:PORT, HOST:PORT or HOST. An empty password means that none is needed."""

    passwords: Mapping[str, Secret] = field(default_factory=dict)

    def find(self, url: str) -> Secret | None:
        """Return the password of a URL with a user, from the most exact place; None when it is unknown."""
        place = place_of(url)
        host = place.rpartition("@")[2]
        known = (self.passwords.get(each) for each in (place, host, host.partition(":")[0]))
        return next((each for each in known if each is not None), None)

    def value(self, make: Callable[[Callable[[str], str]], str]) -> str | Secret:
        """Return the text that `make` builds, as a secret if it contains a password.

        `make` gets a function that completes a URL. Stars replace an unknown password.
        """
        shown, whole = make(hidden), make(self._complete)
        return whole if shown == whole else Secret(whole, shown=shown)

    def registries(self, mirrors: Mapping[str, str]) -> str | Secret:
        """Return one line per registry: its name, its mirror's URL without a user, the Basic credentials."""
        lines = [f"{registry} {plain(url)}" for registry, url in mirrors.items()]

        def text(login: Callable[[str], str]) -> str:
            return "\n".join(f"{line} {login(url)}".rstrip() for line, url in zip(lines, mirrors.values(), strict=True))

        shown, whole = text(lambda url: STARS if url_user(url) else ""), text(self._basic)
        return whole if shown == whole else Secret(whole, shown=shown)

    def _basic(self, url: str) -> str:
        user, password = url_user(url), self.find(url)
        if not user or password is None:
            return STARS if user else ""
        login = base64.b64encode(f"{unquote(user)}:{password.reveal()}".encode()).decode()
        remember(login)
        return login

    def _complete(self, url: str) -> str:
        password = self.find(url)
        if not url_user(url) or password is None:
            return hidden(url)
        return remember_url(_with(url, quote(password.reveal(), safe="")))


def hidden(url: str) -> str:
    """Return a URL with stars for its user's password."""
    return _with(url, STARS) if url_user(url) else url


def plain(url: str) -> str:
    """Return a URL without its user."""
    user = url_user(url)
    return url.replace(f"{user}@", "", 1) if user else url


def place_of(url: str) -> str:
    """Return the place that a URL's password belongs to.

    >>> place_of("http://me@Proxy:3128/x")
    'http://me@proxy:3128'
    """
    scheme, _, rest = url.partition("://")
    user, _, host = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")
    return f"{scheme.lower()}://{user}@{host.lower()}"


def places(profile: Profile) -> tuple[str, ...]:
    """Return every place to which a profile's URLs log in."""
    return tuple(dict.fromkeys(place_of(url) for url in _urls(profile) if url_user(url)))


def known() -> Logins:
    """Return the passwords from the credentials file and those that a person typed.

    Raises ProfileError when others can read the file or it is malformed.
    """
    return Logins({**_read(credentials_file()), **_told})


def missing(profile: Profile) -> tuple[str, ...]:
    """Return the places whose passwords are unknown; none in a rehearsal. Raises as `known` does."""
    wanted = () if PROVIDERS[profile.provider].rehearsal else places(profile)
    logins = known() if wanted else Logins()
    return tuple(place for place in wanted if logins.find(place) is None)


def of_run(profile: Profile) -> Logins:
    """Return the passwords that a run of a profile needs.

    Raises ProfileError with the lines to write when one is unknown, and as `known` does.
    """
    if not places(profile):
        return Logins()
    unknown = missing(profile)
    if unknown:
        lines = "".join(f'\n    "{place}": "PASSWORD"' for place in unknown)
        raise ProfileError(
            f"The password for {', '.join(unknown)} is unknown.",
            fix=f"In a terminal kubetui asks for it. Or write it into {credentials_file()}, "
            f"which only you may read (chmod 600):{lines}\n  "
            'Write the password as it is, without %-codes; "" means that none is needed.',
            id="PASSWORD-MISSING",
        )
    return known()


def tell(place: str, password: str) -> None:
    """Remember a typed password for as long as the program runs."""
    _told[place] = Secret(password)


def forget_all() -> None:
    """Forget all typed passwords; tests begin with it."""
    _told.clear()


def _with(url: str, password: str) -> str:
    user = url_user(url)
    return url.replace(f"{user}@", f"{user}:{password}@", 1)


def _urls(part: Any) -> Iterator[str]:
    match part:
        case BaseModel():
            for name in type(part).model_fields:
                yield from _urls(getattr(part, name))
        case Mapping():
            for each in part.values():
                yield from _urls(each)
        case BoxSource() if part.is_url:
            yield part.text
        case str() if _URL.match(part):
            yield part
        case _:
            pass


def _read(path: Path) -> dict[str, Secret]:
    """Read the credentials file, if it exists. No message quotes its contents."""
    try:
        data = _bytes(path)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _error(f"{path}: It cannot be read: {error.strerror}.", "Check who may read it.") from None
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise _error(f"{path}:{data[: error.start].count(10) + 1}: This is not UTF-8.", "Save it as UTF-8.") from None
    document = strictyaml.read(text)
    if document.faults:
        # a fault may quote the password
        place = document.faults[0].place
        raise _error(f"{path}:{place.line}:{place.column}: This cannot be read.", f"{_LINE}, and each place once.")
    if document.value is None:
        return {}
    if not isinstance(document.value, dict):
        raise _error(f"{path}:1:1: This is not a list of passwords.", _LINE)
    return dict(_entry(path, document, key, value) for key, value in document.value.items())


def _entry(path: Path, document: Document, key: str, value: object) -> tuple[str, Secret]:
    place = document.place((key,), of_key=True)
    where = f"{path}:{place.line}:{place.column}"
    if not _PLACE.fullmatch(key):
        fix = "Write SCHEME://USER@HOST:PORT, HOST:PORT or HOST, without a path and without a password."
        raise _error(f"{where}: This key is not a place that a password can belong to.", fix)
    if not isinstance(value, str):
        fix = 'Put it in quotes; "" means that there is none.'
        raise _error(f"{where}: {clean(key)}: The password is not text.", fix)
    return (place_of(key) if "://" in key else key.lower()), Secret(value)


def _bytes(path: Path) -> bytes:
    with open_regular(path) as file:
        mode = os.fstat(file.fileno()).st_mode
        if mode & 0o077:
            raise _error(f"{path}: Others may read it (mode {mode & 0o777:03o}).", f"chmod 600 {path}")
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _error(f"{path}: It is larger than {MAX_BYTES // 1024} KiB.", "Check that it is the right file.")
    return data


def _error(message: str, fix: str) -> ProfileError:
    return ProfileError(message, fix=fix, id="CREDENTIALS")
