"""What every screen of a rehearsal says in its title, so that nobody takes one for the real thing."""

from __future__ import annotations

from typing import Final

from kubetui import profilefile
from kubetui.cluster import Cluster
from kubetui.errors import ProfileError
from kubetui.plan import Plan
from kubetui.profile import Profile

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
