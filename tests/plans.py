"""Plans and golden files for tests; `KUBETUI_GOLDEN=write pytest tests` rewrites the golden files."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile

GOLDEN = Path(__file__).parent / "golden"
VERSIONS = ("1.31", "1.36", "1.37")


MIRRORS = {
    "packages": {"url": "http://10.0.3.1/deb/", "key": "http://10.0.3.1/deb/Release.key", "fingerprint": "A" * 40},
    "image_repository": "10.0.3.1:5000",
    "registries": {"ghcr.io": "http://10.0.3.1:5000", "10.0.3.1:5000": "http://10.0.3.1:5000"},
    "apt_proxy": "http://10.0.3.1:3142",
    "http_proxy": "http://proxy.example.org:3128",
    "no_proxy": ["example.org"],
}


def plan(version: str = "1.36", *, workers: int = 2, addons: Sequence[str] = (), **groups: dict[str, Any]) -> Plan:
    """Return a plan from groups of profile fields: `plan(network={"pod_cidr": "10.10.0.0/16"})`."""
    values = {
        **groups,
        "addons": addons,
        "machines": {"workers": workers, **groups.get("machines", {})},
        "kubernetes": {"version": version, **groups.get("kubernetes", {})},
    }
    return Plan(Profile.model_validate(values))


FULL = plan(
    machines={"control_planes": 2, "worker": {"labels": {"disk": "ssd"}, "taints": ["dedicated=training:NoSchedule"]}},
    network={"control_plane_endpoint": "lab.test:6443"},
    mirrors=MIRRORS,
)
"""A plan with several control planes, labels and taints that downloads everything from mirrors."""


def assert_golden(name: str, text: str) -> None:
    """Compare a text with the golden file `golden/NAME`."""
    path = GOLDEN / name
    if os.environ.get("KUBETUI_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert path.exists(), f"{path} is missing: run KUBETUI_GOLDEN=write pytest tests, and look at what it wrote"
    assert text == path.read_text()
