"""Files with the checksums of other files, as `sha256sum` writes them and as BSD's tools do."""

from __future__ import annotations

import re
from typing import Final

from kubetui.operations.boxes.cloud.download import Digest

_DIGITS: Final = {"sha256": 64, "sha512": 128}
ALGORITHMS: Final = tuple(_DIGITS)


def digest_of(text: str, name: str, algorithm: str) -> Digest | None:
    """Return a file's digest from such a text; None when it lists no file of that name.

    >>> digest_of("SHA256 (a.img) = " + 64 * "0", "a.img", "sha256").algorithm
    'sha256'
    """
    number = rf"(?P<value>[0-9A-Fa-f]{{{_DIGITS[algorithm]}}})"
    quoted = re.escape(name)
    for pattern in (rf"{number} [ *](?:\./)?{quoted}", rf"{algorithm.upper()} \({quoted}\) = {number}"):
        found = re.search(rf"^{pattern}\s*$", text, flags=re.MULTILINE)
        if found:
            return Digest(algorithm, found["value"].lower())
    return None
