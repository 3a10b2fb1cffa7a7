"""Every profile in the documentation is a right one, and every part of one fits into a profile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.profile import Profile
from tests.docs.examples import PAGES, blocks, name_of

KEYS = {field.alias or name for name, field in Profile.model_fields.items()}
STARTER = {"schema": 1, "name": "lab", "provider": "virtualbox"}
BESIDES: dict[str, dict[str, Any]] = {
    "docs/start/lxc.md": {"provider": "lxc", "machines": {"box": "~/boxes/debian-13-lxc.box"}},
}
"""What the profiles have that the parts of a page are meant for, where that is not VirtualBox."""
PARTS = [
    (page, number, block.text)
    for page in PAGES
    for number, block in enumerate(each for each in blocks(page) if each.language == "yaml")
]


def completed(values: dict[str, Any], page: str) -> dict[str, Any]:
    """Return a whole profile with these parts in it."""
    if "schema" in values:
        return values
    return {**STARTER, **BESIDES.get(page, {}), **values}


@pytest.mark.parametrize(
    ("page", "text"), [(page, text) for page, _, text in PARTS], ids=[f"{name_of(page)}-{n}" for page, n, _ in PARTS]
)
def test_a_profile_is_right(page: Path, text: str) -> None:
    values = yaml.safe_load(text)
    if not KEYS & set(values):
        # the file of passwords has places as its keys
        assert all(key.startswith("http") for key in values)
        return
    whole = text if "schema" in values else yaml.safe_dump(completed(values, name_of(page)), sort_keys=False)
    profilefile.parse(whole, name_of(page))


def test_there_are_profiles_to_try() -> None:
    assert len(PARTS) > len(PAGES) / 2
