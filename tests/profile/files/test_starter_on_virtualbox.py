"""The profile that is proven on VirtualBox is the starter profile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kubetui.profile.files import file as profilefile
from kubetui.profile.files.library import starter_folder

PROVEN = Path(__file__).parents[2] / "e2e" / "virtualbox.yaml"
MIRRORS = ("mirrors.", "kubernetes.runtime_packages")
"""The test machines have no internet; containerd comes from the mirror of its own repository."""
CGROUPS = [{"kind": "KubeletConfiguration", "failCgroupV1": False}]
"""The test machines share their host's cgroups, which are version 1."""


def values(path: Path) -> dict[str, Any]:
    return dict(_flat(profilefile.load(path).model_dump(mode="json"), ""))


def _flat(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def test_only_the_box_the_mirrors_and_the_cgroup_patch_differ() -> None:
    starter, proven = values(starter_folder() / "tutorial.yaml"), values(PROVEN)
    differing = {path for path in starter.keys() | proven.keys() if starter.get(path) != proven.get(path)}
    others = {path for path in differing if not path.startswith(MIRRORS)}
    assert others == {"machines.box", "kubernetes.patches"}
    assert proven["machines.box"] == "rig/debian13"
    assert proven["kubernetes.patches"] == CGROUPS
