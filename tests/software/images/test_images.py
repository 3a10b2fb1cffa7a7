"""The catalogue of systems: complete, encrypted, and pinned."""

from __future__ import annotations

import re

import pytest

from kubetui.software.images import CATALOGUE, OFFICIAL, Files, Source, System

EVERY = pytest.mark.parametrize("system", CATALOGUE.values(), ids=CATALOGUE)


def files(system: System) -> tuple[Files, ...]:
    return tuple(system.files.values())


@EVERY
def test_images_come_for_both_processors_over_https(system: System) -> None:
    assert set(system.files) == {"amd64", "arm64"}
    for each in files(system):
        assert re.fullmatch(r"https://[\w./-]+/", each.folder)
        assert re.fullmatch(r"[\w.-]+\.(img|qcow2)", each.image)
    assert len({each.url for each in files(system)}) == 2


@EVERY
def test_a_key_is_pinned_by_its_whole_fingerprint(system: System) -> None:
    for each in files(system):
        if each.signature is not None:
            assert re.fullmatch(r"[0-9A-F]{40}", each.signature.fingerprint)
            assert each.signature.key.startswith("https://")


def test_debian_alone_signs_nothing() -> None:
    unsigned = {name for name, system in CATALOGUE.items() if any(each.signature is None for each in files(system))}
    assert unsigned == {"debian-13"}


@EVERY
def test_a_mirror_changes_the_folder_and_no_key(system: System) -> None:
    for each in files(system):
        assert OFFICIAL.of(each) == each
        there = Source("http://10.0.3.1:8080/x").of(each)
        assert there.url == f"http://10.0.3.1:8080/x/{each.image}"
        assert there.signature == each.signature
        own = Source("http://10.0.3.1:8080/x/", key="A" * 40).of(each)
        assert own.signature is not None
        assert own.signature.fingerprint == "A" * 40
        assert own.signature.key == "http://10.0.3.1:8080/x/signing-key.asc"
        assert (own.checksums, own.algorithm) == ("SHA256SUMS", "sha256")
