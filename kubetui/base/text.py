"""Text: cleaning what comes from outside, and the words that messages share.

`LineCutter` turns bytes into clean lines where they enter the program: no escape sequence, control character
or bidirectional override reaches a terminal, a log or an event, and no line is longer than its cap.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches

from kubetui.base.redaction import STARS, redact

MAX_LINE = 4096
"""Characters that are kept of a line; one line of 5 MB would freeze a screen for seconds."""
SHOWN = 40
"""Characters of a value that a message quotes."""

PROMPT = "$ "
"""Stands before a command, in logs and plain output."""

_COLOUR = re.compile(r"\x1b\[[0-9;:]*[mK]")
_HALF_WORD = re.compile(r"(?<![\w.:+/=-])[\w.:+/=-]{1,200}$")


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    if character == "\t":
        return "    "
    # Unicode has a picture of each control character of ASCII
    return chr(0x2400 + ord(character)) if character < " " else "\u2421" if character == "\x7f" else "\ufffd"


def clean(text: str) -> str:
    r"""Return one line without colours, with every other control character made visible.

    >>> clean("\x1b[31mred\x1b[0m \x07")
    'red ␇'
    """
    if text.isprintable():
        return text
    return "".join(map(_visible, _COLOUR.sub("", text)))


def harmless(text: str) -> str:
    """Return one line that is safe to show: cleaned and redacted; a command has a dollar sign before it."""
    line = redact(clean(text))
    return f"{PROMPT}{line}" if isinstance(text, CommandText) else line


def shown(value: object) -> str:
    """Return a value as a message may quote it: short, one line, cleaned, without a URL's password."""
    text = str(value)
    start, end = text.find("//"), text.rfind("@")
    if 0 <= start < end:
        text = f"{text[: start + 2]}{STARS}{text[end:]}"
    text = clean(text[: SHOWN + 1])
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless it is one.

    >>> counted(1, "node"), counted(3, "node")
    ('1 node', '3 nodes')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def did_you_mean(word: str, known: Iterable[str], *, most: int = 1, otherwise: str = "Known here") -> str:
    """Return a sentence with up to `most` of the known words that resemble `word`, or with all of them.

    Empty when there are none, or none that resembles it and `otherwise` is empty.

    >>> did_you_mean("wroker", ["worker", "control-plane"]), did_you_mean("x", ["a", "b"])
    ('Did you mean worker?', 'Known here: a, b.')
    """
    words = list(known)
    # difflib takes time that grows with the square of the length
    close = get_close_matches(word[:100], words, n=most)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return f"{otherwise}: {', '.join(words)}." if words and otherwise else ""


def aligned(rows: Sequence[Sequence[str]], gap: int = 2) -> list[str]:
    """Return the lines of a table, whose columns are `gap` blanks apart, without blanks at their ends.

    >>> aligned([("NAME", "STATE"), ("lab", "ready")])
    ['NAME  STATE', 'lab   ready']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    between = " " * gap
    return [
        between.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip(" ") for row in rows
    ]


class LineCutter:
    """Cuts a stream of bytes into clean lines.

    A carriage return discards the text before it, as a terminal does with a progress bar. Characters beyond
    `cap` are counted and dropped.
    """

    def __init__(self, cap: int = MAX_LINE) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._cap = cap
        self._rest = ""
        self._left_out = 0

    def feed(self, data: bytes) -> list[str]:
        """Return the lines that `data` completes."""
        *whole, rest = (self._rest + self._decoder.decode(data)).split("\n")
        lines = [self._finish(line, self._left_out if index == 0 else 0) for index, line in enumerate(whole)]
        if whole:
            self._left_out = 0
        self._keep(rest)
        return lines

    def close(self) -> list[str]:
        """Return the last line, if the stream did not end with a newline."""
        rest = self._rest + self._decoder.decode(b"", final=True)
        self._rest = ""
        return [self._finish(rest, self._left_out)] if rest else []

    def _keep(self, rest: str) -> None:
        """Hold an unfinished line, at most `cap` characters of it."""
        body = rest.rstrip("\r")
        # a carriage return at the very end may be half of a CRLF
        end = "\r" if len(body) < len(rest) else ""
        start = body.rfind("\r") + 1
        if start:
            body, self._left_out = body[start:], 0
        self._left_out += max(0, len(body) - self._cap)
        self._rest = body[: self._cap] + end

    def _finish(self, line: str, left_out: int) -> str:
        line = line.rstrip("\r")
        start = line.rfind("\r") + 1
        if start:
            line, left_out = line[start:], 0
        text = clean(line[: self._cap])
        if len(text) > self._cap:
            # clean() widens tabs
            text, left_out = text[: self._cap], left_out + len(text) - self._cap
        left_out += max(0, len(line) - self._cap)
        if not left_out:
            return text
        # redaction could not recognise a secret that the cap cuts in two
        whole = _HALF_WORD.sub("", text)
        return f"{whole} ... {left_out + len(text) - len(whole)} characters left out"


class CommandText(str):
    """A line that is no output but a command, as it is about to be called."""

    __slots__ = ()


LineSink = Callable[[str], None]
"""Takes one clean line of output, or a `CommandText`."""


def nowhere(_said: object) -> None:
    """Discard a line."""


def duration(seconds: float) -> str:
    """Return a duration as [hours:]minutes:seconds.

    >>> duration(192.4), duration(3725)
    ('3:12', '1:02:05')
    """
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def ago(seconds: float) -> str:
    """Return a time in the past, in words.

    >>> ago(30), ago(3700), ago(200000)
    ('just now', '1 h ago', '2 d ago')
    """
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return "just now"
