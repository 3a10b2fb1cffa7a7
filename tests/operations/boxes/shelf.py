"""Creates boxes where Vagrant stores them."""

import json
from pathlib import Path
from typing import Any

from kubetui.operations.boxes import make as boxmaker
from kubetui.operations.boxes import store
from kubetui.profile.plan import Plan

BASE = "bento/ubuntu-24.04"


def put_box(home: Path, name: str, version: str, provider: str = "virtualbox", *, info: Any = None) -> Path:
    folder = home / "boxes" / name.replace("/", "-VAGRANTSLASH-") / version / provider
    folder.mkdir(parents=True)
    (folder / "metadata.json").write_text(json.dumps({"provider": provider}))
    if info is not None:
        (folder / "info.json").write_text(json.dumps(info))
    return folder


def kept(home: Path, wanted: Plan) -> str:
    """Add a plan's prepared box to Vagrant's store, and return its name."""
    base = store.base_box(wanted)
    assert base is not None
    name = f"kubetui/{store.key(wanted.profile, base)}"
    put_box(home, name, "0", info=boxmaker.info(wanted.profile, base))
    return name
