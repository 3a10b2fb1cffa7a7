"""The order of the boxes that kubetui takes by itself."""

from __future__ import annotations

import random
from pathlib import Path

from kubetui.machines.vagrant.catalogue import known
from tests.machines.vagrant.standin import plan
from tests.shelf import put_box

ORDER = (
    "bento/ubuntu-24.04",
    "kubetui/debian-13",
    "kubetui/debian-12",
    "kubetui/ubuntu-26.04",
    "kubetui/ubuntu-24.10",
    "kubetui/ubuntu-24.04",
)


def test_the_default_comes_first_then_the_newest_release_of_each_distribution(home: Path) -> None:
    for name in random.Random(13).sample(ORDER, len(ORDER)):  # noqa: S311 - any order will do
        put_box(home, name, "0")
    for name in ORDER:
        assert known.cached(plan(), home) == name
        put_box(home, name, "0", gone=True)
    assert known.cached(plan(), home) is None


def test_other_boxes_are_nobodys_choice(home: Path) -> None:
    put_box(home, "kubetui/debian-13", "0", provider="libvirt")
    for name in ("kubetui/rocky-10", "kubetui/0123456789abcdef", "kubetui/else", "me/debian-13"):
        put_box(home, name, "0")
    assert known.cached(plan(), home) is None
    assert known.cached(plan("libvirt"), home) == "kubetui/debian-13"


def test_a_version_is_one_of_the_default_box(home: Path) -> None:
    put_box(home, "kubetui/debian-13", "0")
    assert known.cached(plan(machines={"box_version": "1.0"}), home) is None


def test_a_box_is_offered_where_one_can_be_built() -> None:
    assert known.build_command(plan()) == "kubetui boxes build debian-13 --provider virtualbox"
    assert known.build_command(plan("libvirt")) == "kubetui boxes build debian-13 --provider libvirt"
    assert known.build_command(plan("lxc")) is None
