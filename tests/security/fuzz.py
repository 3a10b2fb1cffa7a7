"""Hostile texts for fuzzing: a small sample by default, all of it with `KUBETUI_FUZZ=full pytest tests/security`."""

import os
import random
import string
from collections.abc import Iterator

FULL = os.environ.get("KUBETUI_FUZZ") == "full"
CANARY = "canary"
"""A file that hostile text tries to create; it must never appear."""

PIECES = (
    *("'", '"', "\\", "`", "$", "\n", "\r", "\t", " ", ";", "&", "|", "<", ">", "(", ")", "{", "}", "*", "?", "~", "#"),
    *("!", "=", "%", "^", "[", "]", "-", "--", "/", "..", ":", ",", "@", "\x01", "\x1b[31m", "\x7f", "\x85", "\ufeff"),
    *(
        "'\\''",
        "'\n'",
        '"\'"',
        "$'",
        "$(",
        "${",
        "$((",
        "))",
        "<<EOF\n",
        "EOF\n",
        "\\\n",
        "é",
        "日本",
        "\u202e",
        "\U0001f980",
    ),
    *(f"$(touch {CANARY})", f"`touch {CANARY}`", f"';touch {CANARY};'", f'";touch {CANARY};"', f"\ntouch {CANARY}\n"),
    *(
        f"a[$(touch {CANARY})]",
        f"||touch {CANARY}||",
        f"&touch {CANARY}&",
        "-rf",
        "--help",
        "-o",
        "-e",
        "-n",
        "%s",
        "%n",
    ),
    *("@JOIN_TOKEN@", "#{1}", "<%= 1 %>", "*a", "&a ", "!!", ": ", "- ", "|\n", "${IFS}", "${x:=y}", "true", "no", "0"),
)


def amount(small: int, full: int) -> int:
    return full if FULL else small


def texts(count: int, seed: int) -> Iterator[str]:
    """Yield reproducible hostile texts; a few of them are very long."""
    source = random.Random(seed)  # noqa: S311
    for number in range(count):
        if number % 5000 == 4999:
            yield source.choice(PIECES) * 20_000
        elif number % 10 == 0:
            yield "".join(chr(_code(source)) for _ in range(source.randrange(1, 20)))
        else:
            yield "".join(source.choice((*PIECES, *string.ascii_letters)) for _ in range(source.randrange(1, 9)))


def _code(source: random.Random) -> int:
    """Return a random code point, except NUL and surrogates."""
    code = source.choice((source.randrange(1, 0xA0), source.randrange(1, 0xD800), source.randrange(0xE000, 0x110000)))
    return code if code != 0x7F or source.random() < 0.5 else 0x80
