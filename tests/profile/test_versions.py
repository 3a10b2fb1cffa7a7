"""From which version of Kubernetes a cluster goes to which, and what its profile says afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.base.errors import UsageError
from kubetui.profile.schema.fields import NEWEST_MINOR
from kubetui.profile.schema.profile import Profile
from kubetui.profile.versions import next_version, upgraded


def profile(version: str, **fields: Any) -> Profile:
    return Profile.model_validate({"name": "lab", "kubernetes": {"version": version}, **fields})


@pytest.mark.parametrize(
    ("built", "wanted", "found"),
    [
        ("1.36", None, "1.37"),
        ("1.35.2", None, "1.36"),
        ("1.36", "1.37", "1.37"),
        ("1.36.3", "1.37.2", "1.37.2"),
        ("1.37.1", "1.37.2", "1.37.2"),
        ("1.37", "1.37.2", "1.37.2"),
        ("1.37", "1.38", "1.38"),
    ],
)
def test_a_cluster_goes_one_minor_version_at_a_time(built: str, wanted: str | None, found: str) -> None:
    assert next_version(built, wanted, "lab") == found


@pytest.mark.parametrize(
    ("built", "wanted", "id"),
    [
        ("1.37", "1.36", "UPGRADE-BACK"),
        ("1.37.2", "1.37.1", "UPGRADE-BACK"),
        ("1.35", "1.37", "UPGRADE-SKIP"),
        ("1.35.9", "1.37.2", "UPGRADE-SKIP"),
        ("1.36", "1.36", "USAGE"),
        ("1.36.3", "1.36.3", "USAGE"),
        (f"1.{NEWEST_MINOR}", None, "USAGE"),
    ],
)
def test_what_is_refused_says_why(built: str, wanted: str | None, id: str) -> None:  # noqa: A002
    with pytest.raises(UsageError, match=f"lab has Kubernetes {built}") as refused:
        next_version(built, wanted, "lab")
    assert refused.value.id == id
    assert refused.value.fix


def test_what_skips_is_told_the_step_between() -> None:
    with pytest.raises(UsageError) as refused:
        next_version("1.34.1", "1.37", "lab")
    assert refused.value.fix.endswith("kubetui upgrade lab --to 1.35")


@given(st.integers(31, 60), st.integers(31, 60))
def test_only_this_minor_version_and_the_next_are_ever_reached(now: int, then: int) -> None:
    if then == now + 1:
        assert next_version(f"1.{now}", f"1.{then}", "lab") == f"1.{then}"
    else:
        with pytest.raises(UsageError):
            next_version(f"1.{now}", f"1.{then}", "lab")


def test_a_mirror_that_names_the_minor_version_moves_along() -> None:
    mirror = {
        "url": "http://mirror/core:/stable:/v1.36/deb/",
        "key": "http://mirror/core:/stable:/v1.36/deb/Release.key",
    }
    found = upgraded(profile("1.36.3", mirrors={"packages": mirror}), "1.37")
    assert found.kubernetes.version == "1.37"
    assert found.mirrors.packages is not None
    assert found.mirrors.packages.url == "http://mirror/core:/stable:/v1.37/deb/"
    assert found.mirrors.packages.key == "http://mirror/core:/stable:/v1.37/deb/Release.key"


def test_everything_else_of_a_profile_stays() -> None:
    mirror = {"url": "http://mirror/v1.360/all/", "key": "http://mirror/all/Release.key"}
    before = profile("1.36", mirrors={"packages": mirror}, machines={"workers": 3})
    assert upgraded(upgraded(before, "1.37"), "1.36") == before
    assert upgraded(before, "1.37").mirrors == before.mirrors
