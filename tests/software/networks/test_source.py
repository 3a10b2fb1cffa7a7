"""Manifests from the web: verified, fetched once, kept with the cluster, and never exchanged unseen."""

from pathlib import Path

import pytest

from kubetui.base.errors import ProfileError
from kubetui.software.upstream import source
from kubetui.software.upstream.source import Source, at_hand, keep, text
from tests.software.networks.upstream import KUBE_ROUTER, Web, sha256

FIELD, KEPT = "network.kube_router", "pod-network"


def forget() -> None:
    """Be another process."""
    source.download.cache_clear()
    source._HERE.clear()


def made(web: Web, sha: str = "") -> Source:
    return Source(f"{web.url}/kube-router.yaml", FIELD, sha, KEPT)


def test_a_text_is_fetched_once_and_verified(upstream: Web) -> None:
    found = made(upstream, sha256(KUBE_ROUTER))
    assert not at_hand(found, None)
    assert text(found, None) == text(found, None) == KUBE_ROUTER.strip("\n")
    assert (upstream.asked, at_hand(found, None)) == (1, True)


def test_another_checksum_than_the_pinned_one_is_refused(upstream: Web) -> None:
    with pytest.raises(ProfileError, match=f"has the SHA-256 {sha256(KUBE_ROUTER)}, and {'0' * 64} was expected") as e:
        text(made(upstream, "0" * 64), None)
    assert f"{FIELD}.sha256" in e.value.fix


def test_a_text_that_cannot_be_fetched_names_the_mirror(upstream: Web) -> None:
    with pytest.raises(ProfileError, match="cannot be fetched: HTTP Error 404") as error:
        text(Source(f"{upstream.url}/nothing", FIELD, "", KEPT), None)
    assert f"name a mirror of it in {FIELD}.url" in error.value.fix


def test_later_runs_use_the_kept_text_and_ask_nobody(upstream: Web, tmp_path: Path) -> None:
    keep(made(upstream), tmp_path)
    forget()
    upstream.files["/kube-router.yaml"] = "kind: Other\n"
    assert at_hand(made(upstream), tmp_path)
    assert text(made(upstream), tmp_path) == KUBE_ROUTER.strip("\n")
    keep(made(upstream), tmp_path)
    assert upstream.asked == 1
    assert (tmp_path / "pod-network.yaml").read_text() == KUBE_ROUTER


def test_a_first_text_is_remembered_and_a_later_one_is_refused(upstream: Web, tmp_path: Path) -> None:
    keep(made(upstream), tmp_path)
    (tmp_path / "pod-network.yaml").unlink()
    forget()
    assert text(made(upstream), tmp_path) == KUBE_ROUTER.strip("\n")
    forget()
    upstream.files["/kube-router.yaml"] = "kind: Other\n"
    with pytest.raises(ProfileError, match="has another text now") as error:
        text(made(upstream), tmp_path)
    assert sha256(KUBE_ROUTER) in error.value.message
    with pytest.raises(ProfileError, match="has another text now"):
        keep(made(upstream), tmp_path)


def test_a_kept_text_that_somebody_changed_is_refused(upstream: Web, tmp_path: Path) -> None:
    keep(made(upstream), tmp_path)
    with (tmp_path / "pod-network.yaml").open("a") as file:
        file.write("# mine\n")
    with pytest.raises(ProfileError, match="was changed") as error:
        text(made(upstream), tmp_path)
    assert error.value.fix.startswith("Delete it")


def test_a_kept_text_has_to_have_the_pinned_checksum_too(upstream: Web, tmp_path: Path) -> None:
    keep(made(upstream), tmp_path)
    with pytest.raises(ProfileError, match="was expected"):
        text(made(upstream, "0" * 64), tmp_path)


def test_another_url_gets_another_text(upstream: Web, tmp_path: Path) -> None:
    keep(made(upstream), tmp_path)
    upstream.files["/next.yaml"] = "kind: Next\n"
    later = Source(f"{upstream.url}/next.yaml", FIELD, "", KEPT)
    assert text(later, tmp_path) == "kind: Next"
    keep(later, tmp_path)
    assert (tmp_path / "pod-network.sha256").read_text() == f"{sha256('kind: Next' + chr(10))}  {later.url}\n"


def test_what_cannot_be_a_manifest_is_refused(upstream: Web) -> None:
    upstream.files["/kube-router.yaml"] = "kind: \0"
    with pytest.raises(ProfileError, match="NUL"):
        text(made(upstream), None)
