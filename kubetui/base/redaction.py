"""Keeps secrets out of everything that is written or shown.

It remembers every `Secret` and every password in a profile's URLs for as long as the program runs. It removes
whatever looks like a Kubernetes secret in any case.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

STARS: Final = "********"
SHORTEST: Final = 4
"""Characters that a secret needs to be searched for: a shorter one would turn half of all words into stars."""

_TOKEN = re.compile(r"\b[a-z0-9]{6}\.[a-z0-9]{16}\b")
_HEX64 = re.compile(r"(?<![0-9a-f:])[0-9a-f]{64}(?![0-9a-f])")
_URL_PASSWORD = re.compile(r"(\w+://[^\s/:@]*:)[^\s/]+@")
_KEY_DATA = re.compile(r"(client-key-data[\"']?:\s*[\"']?)[A-Za-z0-9+/=]+")
_PEM = re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(-----END [A-Z ]*PRIVATE KEY-----|$)", re.DOTALL)
_TELLING = re.compile(
    r"(passwo?r?d|passphrase|secret|token|credentials?|(private|certificate|api|access)_?key)$", re.IGNORECASE
)
"""The ends of keys whose values are secret."""
_SUSPECT: Final = (
    (re.compile(r"\beyJ[\w-]+\.[\w-]*\.[\w-]+"), STARS),
    (re.compile(r"\b(bearer|basic)(\s+)[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1\2{STARS}"),
    (
        re.compile(
            r"((?:passwo?r?d|passphrase|secret|token|credentials?|(?:private|certificate|api|access)[_-]?key)"
            r"\\*[\"']?(?:[ \t]*[=:][ \t]*|(?<=token)\s+(?=[^\s=:]{16})|(?<=--password)\s+(?=\S))\\*[\"']?)"
            r"(?:(?<=\")[^\"]+|(?<=')[^']+|[^\s\"',;}]+)",
            re.IGNORECASE,
        ),
        rf"\1{STARS}",
    ),
    (re.compile(r"(?<![\w+/=:-])[A-Za-z0-9+/]{60,}={0,2}(?![\w+/=])"), STARS),
)
"""What unknown secrets look like: web tokens, HTTP credentials, values of telling names, and keys without their PEM
frame. Checksums, which follow a colon, stay."""
_CUT = re.compile(r" \.\.\. \d+ characters left out$")

_EDGE: Final = 3


@dataclass
class _Known:
    """All known secrets, the longest first, and an index to find those that the end of a line cuts in two.

    `begun` maps the last three characters of each beginning of a secret to the secret and the beginning's length;
    `late` has the secrets without their first one or two characters.
    """

    forms: tuple[str, ...] = ()
    begun: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    late: tuple[str, ...] = ()

    def add(self, forms: set[str]) -> None:
        self.forms = tuple(sorted({*self.forms, *forms}, key=len, reverse=True))
        self.late = tuple(form[cut:] for cut in range(1, _EDGE) for form in self.forms if len(form) >= SHORTEST + cut)
        self.begun = {}
        for form in self.forms:
            for shown in range(_EDGE, len(form)):
                if max(shown, len(form) - shown) >= SHORTEST:
                    self.begun.setdefault(form[shown - _EDGE : shown], []).append((form, shown))


_known = _Known()


def remember(secret: str) -> None:
    """Redact a value from now on, also in the forms of shells, URLs, JSON, systemd and base64."""
    found = {form for part in _parts(secret) for form in _forms(part) if len(form) >= SHORTEST}
    if not found <= {*_known.forms}:
        _known.add(found)


def forget_all() -> None:
    """Forget every secret; tests begin with it."""
    _known.forms, _known.late = (), ()
    _known.begun.clear()


def remember_url(url: str) -> str:
    """Remember the password in a URL, if any, and return the URL."""
    password = url_password(url)
    if password:
        user = url.partition("://")[2].partition(":")[0]
        remember(password)
        remember(unquote(password))
        remember(base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode())
    return url


def url_password(url: str) -> str:
    """Return the password in a URL, still encoded; empty when there is none.

    >>> url_password("http://me:p%40ss@proxy:3128/")
    'p%40ss'
    """
    # up to the last @: an unencoded slash in the password must not hide it
    return url.partition("://")[2].rpartition("@")[0].partition(":")[2]


def url_user(url: str) -> str:
    """Return the user in a URL without a password, still encoded; empty when there is none.

    >>> url_user("http://me@proxy:3128/a@b")
    'me'
    """
    return re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0].rpartition("@")[0]


def remember_key(kubeconfig: str) -> None:
    """Remember the private keys and tokens in a kubeconfig."""
    for match in _KEY_DATA.finditer(kubeconfig):
        remember(match.group().removeprefix(match[1]))


def remember_telling(value: Any) -> Any:
    """Remember the texts in a free-form document whose keys mark them as secret; return the document."""
    for _, part in telling(value):
        remember(part)
    return value


def telling(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield the keys in a free-form document that mark their texts as secret, with the texts."""
    for name, part in _children(value, key):
        if isinstance(part, str) and part and _TELLING.search(name):
            yield name, part
        yield from telling(part, name)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` without secrets: known ones, given ones, and those that look like Kubernetes' own."""
    for secret in (*secrets, *_known.forms):
        if secret in text:
            text = text.replace(secret, STARS)
    if "." in text:
        text = _TOKEN.sub(STARS, text)
    if "@" in text:
        text = _URL_PASSWORD.sub(rf"\1{STARS}@", text)
    if "key" in text:
        text = _KEY_DATA.sub(rf"\1{STARS}", text)
        if "certificate-key" in text or "certificateKey" in text:
            text = _HEX64.sub(STARS, text)
    return _PEM.sub(rf"\1{STARS}\2", text) if "PRIVATE KEY" in text else text


def redact_unseen(text: str) -> str:
    """Return another process's text without anything that may be a secret, erring on the side of removing too much."""
    text = redact(text)
    for pattern, stars in _SUSPECT:
        text = pattern.sub(stars, text)
    return _HEX64.sub(STARS, text)


def redacted(document: Any, key: str = "", hide: Callable[[str], str] = redact) -> Any:
    """Return a document of maps, lists and texts without secrets; the whole value of a telling key is one.

    `hide` redacts a text.
    """
    match document:
        case str():
            return STARS if key and document and _TELLING.search(key) else hide(document)
        case Mapping():
            return {_hidden(name, hide): redacted(value, str(name), hide) for name, value in document.items()}
        case list() | tuple():
            return [redacted(value, key, hide) for value in document]
        case _:
            return document


def _hidden(name: Any, hide: Callable[[str], str]) -> Any:
    return hide(name) if isinstance(name, str) else name


class Stream:
    """Redacts the lines of one source in order, including secrets cut by a line's end and keys of many lines."""

    def __init__(self) -> None:
        self._rests: tuple[str, ...] = ()
        self._in_key = False

    def __call__(self, line: str) -> str:
        """Return the next line without secrets."""
        if self._in_key:
            self._in_key = "-----END" not in line
            return STARS
        self._in_key = "PRIVATE KEY-----" in line and "-----END" not in line
        line, rests = self._head(line)
        line, begun = _tail(redact(line))
        self._rests = (*rests, *begun)
        return line

    def _head(self, line: str) -> tuple[str, tuple[str, ...]]:
        """Redact the rest of a secret that the last line began; return what the next line may continue with."""
        start = line.lstrip()
        indent = line[: len(line) - len(start)]
        late = _known.late if start.startswith(_known.late) else ()
        for rest in (*self._rests, *late):
            if start.startswith(rest):
                return f"{indent}{STARS}{start[len(rest) :]}", ()
        left = tuple(rest[len(start) :] for rest in self._rests if start and rest.startswith(start.rstrip()))
        return (f"{indent}{STARS}", left) if left else (line, ())


def _tail(line: str) -> tuple[str, tuple[str, ...]]:
    """Redact the beginning of a secret at a line's end; return what the next line may begin with."""
    cut = _CUT.search(line) if line.endswith("left out") else None
    body, note = (line[: cut.start()], cut.group()) if cut else (line, "")
    longest, rests = 0, []
    for secret, shown in _known.begun.get(body[-_EDGE:], ()):
        if body.endswith(secret[:shown]):
            longest = max(longest, shown)
            rests.append(secret[shown:])
    if longest >= SHORTEST:
        body = body[:-longest] + STARS
    return body + note, tuple(rests)


def _parts(secret: str) -> Iterator[str]:
    """Yield a secret, and each of its lines if it has several, because output comes line by line."""
    yield secret.strip("\n")
    lines = secret.split("\n")
    if len(lines) > 1:
        yield from (line.strip() for line in lines if len(line.strip()) >= 2 * SHORTEST and "-----" not in line)


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield secret.replace("'", "'\\''")
    yield secret.replace("'", "'\"'\"'")
    yield secret.replace("%", "%%")
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield base64.b64encode(secret.encode(errors="surrogateescape")).decode()


def _children(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((str(name), part) for name, part in value.items())
    elif isinstance(value, list | tuple):
        yield from ((key, part) for part in value)


class Secret:
    """A value that is never shown: str() and repr() return stars.

    For a text that contains a secret, `shown` is the part that may be shown; the secret must be remembered already.
    """

    __slots__ = ("_value", "shown")

    def __init__(self, value: str, *, shown: str = "") -> None:
        self._value = value
        self.shown = shown
        if not shown:
            remember(value)

    def reveal(self) -> str:
        """Return the value, for the one place that needs it."""
        return self._value

    def __repr__(self) -> str:
        return STARS

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)
