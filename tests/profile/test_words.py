"""Profiles in words."""

from typing import Any

import pytest

from kubetui.profile.schema.profile import Profile
from kubetui.profile.words import in_words

BOX = "box bento/ubuntu-24.04"
ONE = {"name": "a", "role": "control plane", "address": "192.168.1.5"}
CASES: list[tuple[dict[str, Any], str]] = [
    ({}, f"With VirtualBox: 1 control plane and 2 workers, {BOX}, 2 GiB of memory each, 6 GiB in all."),
    (
        {"machines": {"workers": 0}},
        f"With VirtualBox: 1 control plane that also runs the pods, {BOX}, 2 GiB of memory.",
    ),
    (
        {"machines": {"workers": 1, "control_plane": {"memory": 4096}}},
        f"With VirtualBox: 1 control plane and 1 worker, {BOX}, 6 GiB of memory in all.",
    ),
    ({"provider": "lxc"}, "workers, about 3 GiB of memory in all, as containers share this host's."),
    ({"provider": "rehearsal"}, "A rehearsal of 1 control plane and 2 workers."),
    ({"provider": "hosts", "hosts": [ONE]}, "On existing machines (SSH): 1 control plane that also runs the pods."),
]


@pytest.mark.parametrize(("chosen", "said"), CASES)
def test_the_machines_and_their_memory_come_first(chosen: dict[str, Any], said: str) -> None:
    assert in_words(Profile.model_validate(chosen)).partition(" Addresses ")[0].endswith(said)
