"""kubeadm's configuration documents for each version, against files in golden/."""

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kubetui.profile.plan import Plan
from kubetui.steps import kubeadm
from tests.plans import VERSIONS, assert_golden, plan


def documents(made: Plan) -> dict[str, dict[str, Any]]:
    """Return every document of a plan by its kind, as kubeadm would read it."""
    rendered = kubeadm.render([*kubeadm.init_documents(made), *kubeadm.join_documents(made, made.machines[-1])])
    return {document["kind"]: document for document in yaml.safe_load_all(rendered)}


@pytest.mark.parametrize("version", VERSIONS)
def test_documents_of_every_version_match_the_golden_file(version: str) -> None:
    made = plan(version)
    parts = [
        "# kubeadm init on kubmaster",
        kubeadm.render(kubeadm.init_documents(made)),
        "---",
        "# kubeadm join on kubnode1",
        kubeadm.render(kubeadm.join_documents(made, made.workers[0])),
    ]
    assert_golden("kubeadm.yaml", "\n".join(parts) + "\n")


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_gets_v1beta4(version: str) -> None:
    found = documents(plan(version))
    for kind in ("InitConfiguration", "ClusterConfiguration", "JoinConfiguration"):
        assert found[kind]["apiVersion"] == "kubeadm.k8s.io/v1beta4"
    assert found["InitConfiguration"]["nodeRegistration"] == {
        "name": "kubmaster",
        "criSocket": "unix:///run/containerd/containerd.sock",
        "kubeletExtraArgs": [{"name": "node-ip", "value": "192.168.56.101"}],
    }


def test_addresses_come_from_the_profile() -> None:
    network = {"first_address": "10.7.0.10", "pod_cidr": "10.10.0.0/16", "service_cidr": "10.20.0.0/16"}
    found = documents(plan(workers=3, network=network))
    assert found["InitConfiguration"]["localAPIEndpoint"] == {"advertiseAddress": "10.7.0.10", "bindPort": 6443}
    assert found["ClusterConfiguration"]["networking"] == {"podSubnet": "10.10.0.0/16", "serviceSubnet": "10.20.0.0/16"}
    join = found["JoinConfiguration"]
    assert join["discovery"]["bootstrapToken"] == {
        "apiServerEndpoint": "10.7.0.10:6443",
        "token": "@JOIN_TOKEN@",
        "caCertHashes": ["@CA_HASH@"],
    }
    assert join["nodeRegistration"]["kubeletExtraArgs"] == [{"name": "node-ip", "value": "10.7.0.13"}]
    assert join["nodeRegistration"]["name"] == "kubnode3"


def test_a_single_machine_has_no_control_plane_taint() -> None:
    found = documents(plan(workers=0))
    assert found["InitConfiguration"]["nodeRegistration"]["taints"] == []


def test_further_control_planes_join_with_the_certificate_key() -> None:
    made = plan(machines={"control_planes": 3}, network={"control_plane_endpoint": "192.168.56.100"})
    assert documents(made)["ClusterConfiguration"]["controlPlaneEndpoint"] == "192.168.56.100:6443"
    (join,) = kubeadm.join_documents(made, made.machines[1])
    assert join["controlPlane"] == {
        "localAPIEndpoint": {"advertiseAddress": "192.168.56.102", "bindPort": 6443},
        "certificateKey": "@CERTIFICATE_KEY@",
    }
    assert join["discovery"]["bootstrapToken"]["apiServerEndpoint"] == "192.168.56.100:6443"
    upload, *_ = kubeadm.upload_documents(made)
    assert (upload["kind"], upload["certificateKey"]) == ("InitConfiguration", "@CERTIFICATE_KEY@")
    assert "controlPlane" not in documents(made)["JoinConfiguration"]


def test_the_version_is_exact_or_a_placeholder_that_the_machine_fills_in() -> None:
    assert documents(plan("1.36.1"))["ClusterConfiguration"]["kubernetesVersion"] == "v1.36.1"
    assert documents(plan("1.36"))["ClusterConfiguration"]["kubernetesVersion"] == kubeadm.VERSION_MARK


def test_images_come_from_the_profiles_repository() -> None:
    assert "imageRepository" not in documents(plan())["ClusterConfiguration"]
    made = plan(mirrors={"image_repository": "registry.example.org/kubernetes"})
    assert documents(made)["ClusterConfiguration"]["imageRepository"] == "registry.example.org/kubernetes"


def test_patches_are_merged_into_the_document_of_their_kind() -> None:
    patches = [
        {"kind": "ClusterConfiguration", "apiServer": {"extraArgs": [{"name": "v", "value": "4"}]}},
        {"kind": "ClusterConfiguration", "networking": {"dnsDomain": "lab.local"}, "clusterName": None},
        {"kind": "KubeletConfiguration", "maxPods": 50},
        {"kind": "KubeProxyConfiguration", "mode": "ipvs"},
        {"kind": "JoinConfiguration", "nodeRegistration": {"ignorePreflightErrors": ["Swap"]}},
    ]
    found = documents(plan(kubernetes={"patches": patches}))
    cluster = found["ClusterConfiguration"]
    assert cluster["apiServer"] == {"extraArgs": [{"name": "v", "value": "4"}]}
    assert cluster["networking"] == {
        "podSubnet": "10.244.0.0/16",
        "serviceSubnet": "10.96.0.0/12",
        "dnsDomain": "lab.local",
    }
    assert "clusterName" not in cluster
    assert found["KubeletConfiguration"]["maxPods"] == 50
    assert found["KubeletConfiguration"]["cgroupDriver"] == "systemd"
    assert found["KubeProxyConfiguration"] == {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "ipvs",
    }
    assert found["JoinConfiguration"]["nodeRegistration"]["ignorePreflightErrors"] == ["Swap"]
    assert found["JoinConfiguration"]["nodeRegistration"]["name"] == "kubnode2"
    assert "KubeProxyConfiguration" not in documents(plan())


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        # the examples of RFC 7386, appendix A
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merging_follows_rfc_7386(target: Any, patch: Any, result: Any) -> None:
    assert kubeadm.merge(target, patch) == result


LEAF = st.integers() | st.text(max_size=3)
SHALLOW = LEAF | st.dictionaries(st.text(max_size=2), LEAF, max_size=3)
DOCUMENT = SHALLOW | st.dictionaries(st.text(max_size=2), SHALLOW, max_size=3)


@settings(max_examples=40)
@given(st.dictionaries(st.text(max_size=2), DOCUMENT), st.dictionaries(st.text(max_size=2), DOCUMENT))
def test_applying_a_patch_twice_changes_nothing_more(base: Any, patch: Any) -> None:
    once = kubeadm.merge(base, patch)
    assert kubeadm.merge(once, patch) == once
    assert kubeadm.merge(base, {}) == base
