"""Docker's settings, and how images are named where its mirrors do not reach."""

import json
from typing import Any

import pytest
import yaml

from kubetui.operations.plan import plan_text
from kubetui.profile.plan import Plan
from kubetui.profile.rules.between_fields import check
from kubetui.profile.schema.profile import Profile
from kubetui.profile.words import played, renaming
from kubetui.software.runtimes.docker import CRI_DOCKERD, DOCKER
from kubetui.steps import kubeadm
from tests.plans import plan

MIRRORED = {"docker.io": "https://mirror.example.org", "ghcr.io": "http://10.0.3.1:5000/"}
FLANNEL = "flannel-io/flannel:v0.28.9"


def settings(**mirrors: str) -> dict[str, object]:
    found = json.loads(DOCKER.by_mirrors(mirrors)["DAEMON"])
    assert isinstance(found, dict)
    return found


def test_without_mirrors_only_cgroups_and_logs_are_set() -> None:
    assert settings() == {
        "exec-opts": ["native.cgroupdriver=systemd"],
        "log-driver": "json-file",
        "log-opts": {"max-size": "10m", "max-file": "5"},
    }


def test_a_mirror_stands_in_for_docker_io_and_plain_http_is_allowed_by_name() -> None:
    found = settings(**MIRRORED)
    assert found["registry-mirrors"] == ["https://mirror.example.org"]
    assert found["insecure-registries"] == ["10.0.3.1:5000"]


def test_every_processor_has_a_checksum_of_its_own() -> None:
    assert len(set(CRI_DOCKERD.sha256.values())) == len(CRI_DOCKERD.sha256) == 2
    assert CRI_DOCKERD.version in CRI_DOCKERD.url


def mirrored(registries: dict[str, str], runtime: str = "docker", **more: Any) -> Plan:
    mirrors = {"registries": registries, **more.pop("mirrors", {})}
    return plan(kubernetes={"runtime": runtime}, mirrors=mirrors, **more)


def test_images_of_other_registries_are_named_at_their_mirror_and_the_plan_says_so() -> None:
    made = mirrored(MIRRORED)
    assert made.pod_network.images(made.cluster_network)[1] == f"10.0.3.1:5000/{FLANNEL}"
    text = made.pod_network.manifest(made.cluster_network)
    assert text.count("image: 10.0.3.1:5000/flannel-io/") == 3
    assert "ghcr.io" not in text
    said = (
        "Docker asks mirrors of docker.io alone: where kubetui names images of ghcr.io, it names them at their mirrors."
    )
    assert renaming(made) == said
    assert said in plan_text(made)


@pytest.mark.parametrize("runtime", ["containerd", "cri-o"])
def test_other_runtimes_ask_every_mirror_themselves(runtime: str) -> None:
    made = mirrored(MIRRORED, runtime)
    assert made.pod_network.images(made.cluster_network)[1] == f"ghcr.io/{FLANNEL}"
    assert renaming(made) == ""


def test_a_manifest_of_ones_own_is_left_alone_and_the_plan_says_so() -> None:
    made = mirrored(MIRRORED, network={"pod_network": "manifest", "manifest": {"path": "x.yaml"}})
    assert renaming(made).endswith("Your own pod network's manifest stays as it is.")


def test_kubeadms_images_are_named_at_the_mirror_with_coredns_in_its_folder() -> None:
    made = mirrored({"registry.k8s.io": "http://10.0.3.1:5000"})
    document = kubeadm.cluster_configuration(made)
    assert document["imageRepository"] == "10.0.3.1:5000"
    assert document["dns"] == {"imageRepository": "10.0.3.1:5000/coredns"}
    others = kubeadm.cluster_configuration(mirrored({"registry.k8s.io": "http://10.0.3.1:5000"}, "containerd"))
    assert not {"imageRepository", "dns"} & set(others)


def test_a_repository_of_images_is_named_at_its_mirror() -> None:
    made = mirrored(
        {"registry.example.org": "http://10.0.3.1:5000"},
        mirrors={"image_repository": "registry.example.org/kubernetes"},
    )
    assert kubeadm.cluster_configuration(made)["imageRepository"] == "10.0.3.1:5000/kubernetes"


@pytest.mark.parametrize(
    ("registries", "reason"),
    [
        ({"docker.io": "http://me@10.0.3.1:5000"}, "Docker takes no user and password for a mirror."),
        ({"ghcr.io": "http://me@10.0.3.1:5000"}, "Docker takes no user and password for a mirror."),
        ({"docker.io": "http://10.0.3.1:5000/x"}, "Docker takes no path for a mirror of docker.io."),
        ({"docker.io": "http://10.0.3.1:5000/", "ghcr.io": "http://10.0.3.1:5000/x"}, ""),
    ],
)
def test_a_mirror_that_docker_cannot_ask_is_refused(registries: dict[str, str], reason: str) -> None:
    found = check(mirrored(registries))
    assert [each.message.endswith(reason) for each in found] == ([True] if reason else [])
    for other in ("containerd", "cri-o"):
        assert check(mirrored(registries, other)) == ()


def test_crictl_and_kubeadm_are_told_which_of_two_sockets_to_use() -> None:
    assert yaml.safe_load(DOCKER.crictl)["runtime-endpoint"] == "unix:///run/cri-dockerd.sock"
    made = mirrored({})
    documents = (kubeadm.init_documents(made)[0], kubeadm.join_documents(made, made.workers[0])[0])
    assert {each["nodeRegistration"]["criSocket"] for each in documents} == {"unix:///run/cri-dockerd.sock"}


def test_a_rehearsal_plays_the_recorded_runtime_and_says_so() -> None:
    chosen = {"provider": "rehearsal", "kubernetes": {"runtime": "docker"}}
    made = Plan(Profile.model_validate(chosen))
    assert made.runtime.name == "containerd"
    assert played(made).endswith("A rehearsal plays containerd; Docker is for real machines.")
    assert played(plan(kubernetes={"runtime": "docker"})) == ""
