"""Prepared boxes in Vagrant's store."""

from pathlib import Path

from kubetui.operations.boxes import make as boxmaker
from kubetui.operations.boxes import store
from kubetui.profile.plan import Plan
from tests.shelf import put_box

BASE = "bento/ubuntu-24.04"


def kept(home: Path, wanted: Plan) -> str:
    """Add a plan's prepared box to Vagrant's store, and return its name."""
    base = store.base_box(wanted)
    assert base is not None
    name = f"kubetui/{store.key(wanted.profile, base)}"
    put_box(home, name, "0", info=boxmaker.info(wanted.profile, base))
    return name
