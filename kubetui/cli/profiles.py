"""The profile that a command line names, with what it changes in it."""

from __future__ import annotations

import sys
from pathlib import Path

from kubetui.base.errors import ProfileError
from kubetui.cli.options import Source
from kubetui.cluster.folder import Cluster, is_name
from kubetui.profile.files import file as profilefile
from kubetui.profile.files import library, settings
from kubetui.profile.files.settings import Setting
from kubetui.profile.schema.profile import Profile


def load(source: Source) -> Profile:
    """Read a profile as the command line wants it.

    A cluster that was built stands for its own profile, where none is saved under its name. Raises ProfileError, and
    UsageError for a setting that fits nowhere.
    """
    changes = [settings.read(each) for each in source.settings]
    changes += [
        Setting((field,), value, value, option=f"--{field}")
        for field, value in (("name", source.called), ("provider", source.provider))
        if value
    ]
    if source.from_input:
        data = sys.stdin.buffer.read(profilefile.MAX_BYTES + 1)
        return profilefile.parse(data, "standard input", settings=changes)
    if source.is_file:
        return profilefile.load(Path(source.named), changes)
    try:
        path = library.find(source.named)
    except ProfileError:
        built = Cluster(source.named) if is_name(source.named) else None
        if built is None or not built.exists:
            raise
        return profilefile.load_built(built, settings=changes)
    return profilefile.load(path, changes)
