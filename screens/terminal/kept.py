"""Remembers the chosen theme: its name alone in a file of the configuration folder."""

from __future__ import annotations

from pathlib import Path

from kubetui.base.files import config_home, open_regular, private_folder, write_private

_LONGEST = 100


def file() -> Path:
    """Return the file with the theme's name; it may not exist."""
    return config_home() / "theme"


def kept_theme() -> str:
    """Return the theme's name; empty where none was chosen or the file cannot be read."""
    try:
        with open_regular(file()) as opened:
            return opened.read(_LONGEST).decode(errors="replace").strip()
    except OSError:
        return ""


def keep_theme(name: str) -> None:
    """Remember a theme. Raises KubetuiError for a link in the way, OSError when the system refuses."""
    private_folder(file().parent)
    write_private(file(), f"{name}\n", sync=False)
