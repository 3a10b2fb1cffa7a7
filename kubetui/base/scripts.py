"""Loads shell scripts from `.sh` files beside the Python that sends them, so that editors and shellcheck see them."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def script(package: str, name: str) -> str:
    """Return the script `name` of a package, without the comments that only shellcheck reads."""
    text = resources.files(package).joinpath(name).read_text(encoding="utf-8")
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("# shellcheck "))
