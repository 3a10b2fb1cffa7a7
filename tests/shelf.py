"""Creates boxes where Vagrant stores them."""

import json
import shutil
from pathlib import Path
from typing import Any


def put_box(
    home: Path, name: str, version: str, provider: str = "virtualbox", *, info: Any = None, gone: bool = False
) -> Path:
    """Put a box into Vagrant's store, or with `gone` remove it; return its folder."""
    folder = home / "boxes" / name.replace("/", "-VAGRANTSLASH-") / version / provider
    if gone:
        shutil.rmtree(folder)
        return folder
    folder.mkdir(parents=True)
    (folder / "metadata.json").write_text(json.dumps({"provider": provider}))
    if info is not None:
        (folder / "info.json").write_text(json.dumps(info))
    return folder
