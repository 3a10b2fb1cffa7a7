"""local-path's manifest: what kubetui changes in it, and what it refuses."""

from dataclasses import replace

import pytest
import yaml

from kubetui.base.errors import ProfileError
from kubetui.software.addons import CATALOGUE, Brief, storage
from tests.software.addons.upstream import LOCAL_PATH
from tests.software.networks.upstream import Web, sha256

STORAGE = CATALOGUE["storage"]


def brief(web: Web, text: str = LOCAL_PATH) -> Brief:
    web.files["/storage.yaml"] = text
    return Brief("v0.0.30", f"{web.url}/storage.yaml", sha256(text))


def documents(text: str) -> dict[str, dict[str, object]]:
    return {each["kind"]: each for each in yaml.safe_load_all(text)}


def test_images_are_pinned_and_the_class_is_the_default(upstream: Web) -> None:
    made = storage.manifest(brief(upstream))
    before, after = documents(LOCAL_PATH), documents(made)
    assert after["Deployment"]["spec"]["template"]["spec"]["containers"][0]["image"] == (  # type: ignore[index] # YAML
        "docker.io/rancher/local-path-provisioner:v0.0.30"
    )
    assert after["StorageClass"]["metadata"] == {
        "name": "local-path",
        "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
    }
    assert after["Namespace"] == before["Namespace"]
    helper = made.partition("helperPod.yaml: |-\n")[2]
    assert "        image: docker.io/library/busybox:stable\n" in helper
    assert "# a comment that stays" in helper


def test_images_are_where_the_machines_find_them(upstream: Web) -> None:
    moved = replace(brief(upstream), placed=lambda image: image.replace("docker.io", "10.0.3.1:5000"))
    assert STORAGE.images(moved) == (
        "10.0.3.1:5000/rancher/local-path-provisioner:v0.0.30",
        "10.0.3.1:5000/library/busybox:stable",
    )
    made = storage.manifest(moved)
    assert "docker.io" not in made
    assert all(image in made for image in STORAGE.images(moved))
    assert all(image in " ".join(STORAGE.changes(moved)) for image in STORAGE.images(moved))


def test_the_text_is_what_a_shell_reads_of_its_file(upstream: Web) -> None:
    made = storage.manifest(brief(upstream))
    assert made == made.rstrip("\n")


def test_another_text_is_refused(upstream: Web) -> None:
    with pytest.raises(ProfileError, match=r"has the SHA-256 .* was expected") as refused:
        storage.manifest(replace(brief(upstream), sha256="0" * 64))
    assert "addons, storage" in refused.value.fix
    upstream.files["/other.yaml"] = LOCAL_PATH.replace("kind: StorageClass", "kind: CSIDriver")
    other = Brief("v0.0.30", f"{upstream.url}/other.yaml", sha256(upstream.files["/other.yaml"]))
    with pytest.raises(ProfileError, match="has no StorageClass of local-path's"):
        storage.manifest(other)


def test_a_release_whose_checksum_is_known_needs_none() -> None:
    def where(version: str) -> tuple[str, str]:
        origin = STORAGE.source(Brief(version))
        assert origin is not None
        return origin.url, origin.sha256

    for version, known in {**STORAGE.sums, "v9.9.9": ""}.items():
        assert where(version) == (STORAGE.url.format(version=version), known)
    assert STORAGE.sums.keys() >= {STORAGE.version, STORAGE.tried}
