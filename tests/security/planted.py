"""Secrets to plant in runs, a profile and a plan that use them, and helpers to search for them."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kubetui.base.redaction import Secret
from kubetui.profile.credentials import Logins
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile

PROXY = "pr0xyc%40nary"
TOKEN = "c4n4ry.c4n4ryc4n4ryc4n4"  # noqa: S105
KEY = "c4" * 32
SUDO = "sud0 c'anary"
PLACE = "http://me@proxy.example.org:3128"
BASIC = base64.b64encode(b"me:pr0xyc@nary").decode()
"""The proxy's user and password, encoded as HTTP sends them."""
CANARIES = (PROXY, "pr0xyc@nary", BASIC, TOKEN, "c4n4ryc4n4", KEY, SUDO)
DOCUMENT: dict[str, Any] = {
    "name": "lab",
    "provider": "lxc",
    "machines": {"control_planes": 3, "workers": 1},
    "network": {"control_plane_endpoint": "192.168.56.254"},
    "mirrors": {
        "apt_proxy": PLACE,
        "http_proxy": PLACE,
        "registries": {"ghcr.io": "http://me@proxy.example.org:3128/x"},
    },
}


def assert_none(text: str) -> None:
    found = [canary for canary in CANARIES if canary in text]
    assert not found, f"{found} in ...{text[max(0, text.index(found[0]) - 200) :][:400]}"


def logged_in() -> Plan:
    """Return a plan with the proxy's password, as a run has it."""
    return Plan(Profile.model_validate(DOCUMENT), logins=Logins({PLACE: Secret("pr0xyc@nary")}))


def files_under(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes().decode(errors="replace")
