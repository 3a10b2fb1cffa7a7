"""What every screen of a rehearsal says in its title, so that nobody takes one for the real thing."""

from __future__ import annotations

from kubetui.base.errors import ProfileError
from kubetui.cluster.folder import Cluster
from kubetui.profile.files import file as profilefile
from kubetui.profile.words import note


def note_of(cluster: Cluster) -> str:
    """Return the note of a cluster that exists; empty where its profile cannot be read."""
    try:
        return note(profilefile.load(cluster.profile))
    except ProfileError:
        return ""
