"""What comes from outside, made harmless before anyone sees it.

Bytes become lines here, once, where they enter: no escape sequence, control character or bidirectional
override reaches a terminal, a log or an event, and no line is longer than its cap.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from kubetui.base.redaction import STARS as STARS  # noqa: PLC0414
from kubetui.base.redaction import redact as redact  # noqa: PLC0414

MAX_LINE = 4096
"""Characters of a line that are kept; one line of 5 MB would freeze a screen for seconds."""
SHOWN = 40
"""Characters of a value that a message repeats."""

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
    r"""Return one line with colours removed and everything else that a terminal would obey made visible.

    >>> clean("\x1b[31mred\x1b[0m \x07")
    'red ␇'
    """
    if text.isprintable():
        return text
    return "".join(map(_visible, _COLOUR.sub("", text)))


def harmless(text: str) -> str:
    """Return one line as it may be shown: nothing in it that a terminal obeys, and no secret."""
    return redact(clean(text))


def shown(value: object) -> str:
    """Return a value as a message may repeat it: short, on one line, harmless to a terminal, no password in a URL."""
    text = str(value)
    start, end = text.find("//"), text.rfind("@")
    if 0 <= start < end:
        text = f"{text[: start + 2]}{STARS}{text[end:]}"
    text = clean(text[: SHOWN + 1])
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def counted(number: int, noun: str) -> str:
    """Return a number of things in words.

    >>> counted(1, "node"), counted(3, "node")
    ('1 node', '3 nodes')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


class Lines:
    """Cuts a stream of bytes into cleaned lines.

    A carriage return throws away what stands before it, as a terminal would show a progress bar. What
    a line has beyond `cap` characters is counted and left out.
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
        """Return the last line, if the stream did not end with a line's end."""
        rest = self._rest + self._decoder.decode(b"", final=True)
        self._rest = ""
        return [self._finish(rest, self._left_out)] if rest else []

    def _keep(self, rest: str) -> None:
        """Hold an unfinished line, never more of it than one line may have."""
        body = rest.rstrip("\r")
        # a carriage return at the very end may still be half of a line's end
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
            # tabs become wider
            text, left_out = text[: self._cap], left_out + len(text) - self._cap
        left_out += max(0, len(line) - self._cap)
        if not left_out:
            return text
        # a secret that the cap cuts in two could not be recognised any more
        whole = _HALF_WORD.sub("", text)
        return f"{whole} ... {left_out + len(text) - len(whole)} characters left out"


LineSink = Callable[[str], None]
"""Takes one line of output, cleaned of what a terminal would obey."""


def nowhere(_said: object) -> None:
    """Take what nobody wants to see."""


def clock(seconds: float) -> str:
    """Return a duration as minutes and seconds.

    >>> clock(192.4)
    '3:12'
    """
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
