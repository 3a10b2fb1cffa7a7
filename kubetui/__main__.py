"""`python -m kubetui`."""

from __future__ import annotations

import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent

# `python -m` puts the current folder first, and a `screens` package in it would be taken for ours
if sys.path and Path(sys.path[0] or ".").resolve() != HOME:
    del sys.path[0]

from kubetui.cli.entry import main  # noqa: E402

if __name__ == "__main__":
    main()
