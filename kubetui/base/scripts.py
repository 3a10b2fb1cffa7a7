"""Shell: commands as a person types them, and scripts in `.sh` files, where editors and shellcheck see them."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Final

LEFT_OUT: Final = "# the content is left out"
"""Stands for a file's content in the command that writes it."""
LONGEST_CONTENT: Final = 200
_PLAIN: Final = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
_ANSI: Final = str.maketrans({"\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t"})


@cache
def script(package: str, name: str) -> str:
    """Return the script `name` of a package, without the comments that only shellcheck reads."""
    text = resources.files(package).joinpath(name).read_text(encoding="utf-8")
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("# shellcheck "))


def quote(value: str) -> str:
    r"""Quote `value` as one shell word that bash and dash read back unchanged.

    >>> quote("it's")
    "'it'\\''s'"

    Raises ValueError for a NUL character, which a shell word cannot hold.
    """
    if "\0" in value:
        raise ValueError("a NUL character cannot be passed to a shell")
    return "'" + value.replace("'", "'\\''") + "'"


def typed(*words: str) -> str:
    r"""Return a command as one line that a person can paste, quoted as bash itself does (see `quoted` in prelude.sh).

    >>> typed("sysctl", "-w", "a b=it's", "two\nlines")
    "sysctl -w 'a b=it'\\''s' $'two\\nlines'"
    """
    return " ".join(word if _PLAIN.fullmatch(word) else _quoted(word) for word in words)


def _quoted(word: str) -> str:
    return f"$'{word.translate(_ANSI)}'" if "\n" in word or "\t" in word else quote(word)


def written(path: str, content: str | None = None) -> str:
    """Return the command that writes a file, as prelude.sh shows it; None leaves the content out."""
    fits = content is not None and len(content) <= LONGEST_CONTENT
    return f"tee {typed(path)} {f'<<<{typed(content)}' if content and fits else LEFT_OUT}"
