"""Finds profiles: the person's saved ones, and the starter profiles that kubetui ships."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kubetui.base.errors import ProfileError
from kubetui.base.files import config_home, shipped
from kubetui.base.text import did_you_mean, shown
from kubetui.cluster.folder import is_name
from kubetui.profile.files.file import load, save
from kubetui.profile.schema.profile import Profile

_ENDINGS = (".yaml", ".yml")

Kind = Literal["saved", "starter"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A named profile. Either `profile` is set, or `error` says why it cannot be read."""

    name: str
    kind: Kind
    path: Path
    profile: Profile | None = None
    error: str | None = None


def saved_folder() -> Path:
    """Return the folder of saved profiles, $XDG_CONFIG_HOME/kubetui/profiles; it may not exist."""
    return config_home() / "profiles"


def starter_folder() -> Path:
    """Return the folder of starter profiles."""
    return shipped("profiles")


def find(name_or_path: str) -> Path:
    """Return the file that a person means: a path, or the name of a saved or starter profile, in this order.

    Raises ProfileError with similar names when there is no such profile.
    """
    if "/" in name_or_path or name_or_path.endswith(_ENDINGS) or _is_file(name_or_path):
        return Path(name_or_path)
    known = {name: path for _, name, path in reversed(tuple(_files()))}
    if name_or_path in known:
        return known[name_or_path]
    fix = did_you_mean(name_or_path, sorted(known), most=3, otherwise="Profiles") or "There are no profiles."
    raise ProfileError(
        f"There is no profile called {shown(name_or_path)}.",
        fix=f"{fix} `kubetui profiles` lists them; to use a file, give its path.",
        id="PROFILE-MISSING",
    )


def names() -> tuple[str, ...]:
    """Return the names of all saved and starter profiles; no file is read."""
    return tuple(dict.fromkeys(name for _, name, _ in _files()))


def listing() -> tuple[Entry, ...]:
    """Return every named profile, saved ones first, unreadable ones with the reason."""
    return tuple(_entry(kind, name, path) for kind, name, path in _files())


def path_of(name: str) -> Path:
    """Return the file in which a profile with this name is saved; it may not exist.

    Raises ProfileError when the name could leave the folder.
    """
    if not is_name(name):
        message = f"{shown(name) or 'An empty name'} cannot name a profile."
        raise ProfileError(message, fix="Use lowercase letters, digits and hyphens, at most 40.")
    return saved_folder() / f"{name}.yaml"


def save_as(profile: Profile, name: str, *, overwrite: bool = False) -> Path:
    """Save a profile under a name and return its file.

    Raises ProfileError when the name is invalid, when it is taken and `overwrite` is false, or when a symbolic
    link is in the way.
    """
    path = path_of(name)
    for folder in (path.parent.parent, path.parent):
        if folder.is_symlink():
            message = f"{shown(folder)} is a symbolic link; kubetui does not write through links."
            raise ProfileError(message, fix="Put a folder in its place, or set XDG_CONFIG_HOME to where it points.")
    save(profile, path, overwrite=overwrite)
    return path


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):
        return False


def _files() -> Iterator[tuple[Kind, str, Path]]:
    """Yield every profile's file, sorted by name; links and names that could not be typed are left out."""
    folders: tuple[tuple[Kind, Path], ...] = (("saved", saved_folder()), ("starter", starter_folder()))
    for kind, folder in folders:
        for path in _regular(folder):
            if path.suffix == ".yaml" and is_name(path.stem):
                yield kind, path.stem, path


def _regular(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.is_symlink() and path.is_file())
    except OSError:
        return []


def _entry(kind: Kind, name: str, path: Path) -> Entry:
    try:
        return Entry(name, kind, path, profile=load(path))
    except ProfileError as error:
        return Entry(name, kind, path, error=str(error))
