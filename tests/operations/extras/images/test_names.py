"""Names of images: stored in full, and explained where a pod would not find them."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.base.errors import UsageError
from kubetui.operations.extras.images.names import advice, familiar, full

PART = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8)
TAG = st.text(string.ascii_letters + string.digits + "_", min_size=1, max_size=8)
REGISTRY = st.sampled_from(
    ["", "docker.io/", "localhost/", "localhost:5000/", "registry.example.org/", "10.0.3.1:5000/"]
)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("m", "docker.io/library/m:latest"),
        ("m:1", "docker.io/library/m:1"),
        ("me/m:1", "docker.io/me/m:1"),
        ("docker.io/m:1", "docker.io/library/m:1"),
        ("index.docker.io/me/m", "docker.io/me/m:latest"),
        ("localhost/m:1", "localhost/m:1"),
        ("localhost:5000/m", "localhost:5000/m:latest"),
        ("10.0.3.1:5000/team/m:1", "10.0.3.1:5000/team/m:1"),
        ("registry.k8s.io/pause:3.10.2", "registry.k8s.io/pause:3.10.2"),
    ],
)
def test_a_name_is_stored_in_full(typed: str, stored: str) -> None:
    assert full(typed) == stored


@pytest.mark.parametrize("typed", ["", "M:1", "m:", "m:1:2", "a b", "m@sha256:abc", "-m:1", "me//m", "/m:1", "m\n:1"])
def test_what_is_no_name_is_refused(typed: str) -> None:
    with pytest.raises(UsageError, match="is no name of an image"):
        full(typed)


@given(REGISTRY, st.lists(PART, min_size=1, max_size=3), TAG)
def test_a_full_name_stays_and_its_short_form_means_the_same(registry: str, parts: list[str], tag: str) -> None:
    name = full(f"{registry}{'/'.join(parts)}:{tag}")
    assert full(name) == name
    assert full(familiar(name)) == name


def test_what_the_kubelet_would_pull_again_is_explained() -> None:
    said = " ".join(advice("docker.io/me/m:latest"))
    assert "In a pod: image: me/m:latest" in said
    assert "pulls the tag latest again" in said
    assert "imagePullPolicy: IfNotPresent" in said
    assert advice("docker.io/library/m:1") == ("In a pod: image: m:1",)


def test_podmans_own_registry_is_explained() -> None:
    first, second = advice("localhost/m:1")
    assert first == "In a pod: image: localhost/m:1"
    assert "Podman" in second
