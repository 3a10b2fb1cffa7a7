"""What every screen of a rehearsal says in its title, so that nobody takes one for the real thing."""

from __future__ import annotations

from typing import Final

from kubetui.base.errors import ProfileError
from kubetui.cluster.folder import Cluster
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile

NOTE: Final = "rehearsal: nothing here is real"


def is_rehearsal(profile: Profile | None) -> bool:
    """Tell whether a profile is there and makes nothing real."""
    return profile is not None and Plan(profile).provider.rehearsal


def note(profile: Profile) -> str:
    """Return the note of a profile; empty for one that makes real machines."""
    return NOTE if is_rehearsal(profile) else ""


def note_of(cluster: Cluster) -> str:
    """Return the note of a cluster that exists; empty where its profile cannot be read."""
    try:
        return note(profilefile.load(cluster.profile))
    except ProfileError:
        return ""
