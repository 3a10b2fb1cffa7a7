"""Where screenshots go."""

from __future__ import annotations

import time
from pathlib import Path

from kubetui.base.files import private_folder, write_private
from kubetui.cluster.folder import state_home


def save_picture(svg: str) -> Path:
    """Write a screenshot into ~/Downloads or, where there is none, into the state folder; return its file.

    Raises KubetuiError for a link in the way, OSError when the system refuses.
    """
    downloads = Path.home() / "Downloads"
    folder = downloads if downloads.is_dir() else private_folder(state_home() / "screenshots")
    path = folder / time.strftime("kubetui-%Y%m%d-%H%M%S.svg")
    write_private(path, svg, sync=False)
    return path
