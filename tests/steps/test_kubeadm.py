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


@pytest.mark.parametrize(
    ("base", "patch", "result"),
    [
        ("node-ip=1", "max-pods=50", "node-ip=1 max-pods=50"),
        ("node-ip=1 v=2", "node-ip=3", "node-ip=3 v=2"),
        ("node-ip=1 v=2", "v=- x=y", "node-ip=1 x=y"),
        # a name that is there several times
        ("a=1 b=2 a=3", "a=4", "a=4 b=2"),
        ("a=1 b=2", "a=3 c=4 a=5", "a=3 a=5 b=2 c=4"),
        ("a=1", "b=2 c=3 b=4", "a=1 b=2 b=4 c=3"),
        ("a=1 a=2 b=3", "b=4", "a=1 a=2 b=4"),
        ("a=1 a=2", "a=-", ""),
        ("a=1", "a=- a=2", "a=2"),
        ("a=1", "", "a=1"),
    ],
)
def test_arguments_are_merged_by_name(base: str, patch: str, result: str) -> None:
    for key in ("kubeletExtraArgs", "extraArgs", "extraEnvs"):
        inner = {"kind": "X", "inner": {key: arguments(patch)}}
        assert kubeadm.merge({"inner": {key: arguments(base)}}, inner) == {
            "kind": "X",
            "inner": {key: arguments(result)},
        }
    # a list of another name is replaced
    assert kubeadm.merge({"others": arguments(base)}, {"others": arguments(patch)}) == {"others": arguments(patch)}


def arguments(text: str) -> list[dict[str, str | None]]:
    pairs = (word.split("=") for word in text.split())
    return [{"name": name, "value": None if value == "-" else value} for name, value in pairs]


def test_volumes_are_merged_by_name_and_taints_are_replaced() -> None:
    base = {"extraVolumes": [{"name": "a", "hostPath": "/a"}, {"name": "b", "hostPath": "/b", "readOnly": True}]}
    patch = {"extraVolumes": [{"name": "a", "hostPath": None}, {"name": "b", "hostPath": "/c", "pathType": None}]}
    assert kubeadm.merge(base, patch) == {"extraVolumes": [{"name": "b", "hostPath": "/c"}]}
    assert kubeadm.merge({"taints": [{"key": "a"}]}, {"taints": []}) == {"taints": []}
    assert kubeadm.merge(base, {"extraVolumes": None}) == {}


NAMED = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from("abc")}, optional={"value": st.sampled_from(["1", "2", None])}),
    max_size=6,
)


def names_in(items: list[dict[str, Any]]) -> list[str]:
    return [item["name"] for item in items]


@given(NAMED, NAMED)
def test_merging_by_name_loses_nothing_and_keeps_the_order(
    base: list[dict[str, Any]], patch: list[dict[str, Any]]
) -> None:
    base = [item for item in base if item.get("value", "") is not None]
    merged = kubeadm.merge({"extraArgs": base}, {"extraArgs": patch})["extraArgs"]
    given_names = set(names_in(patch))
    assert [item for item in merged if item["name"] not in given_names] == [
        item for item in base if item["name"] not in given_names
    ]
    for name in given_names:
        wanted = [item for item in patch if item["name"] == name and item.get("value", "") is not None]
        assert [item for item in merged if item["name"] == name] == wanted
    # names keep the order in which the base and then the patch have them
    order = dict.fromkeys(names_in(base) + names_in(patch))
    assert list(dict.fromkeys(names_in(merged))) == [name for name in order if name in names_in(merged)]
    assert kubeadm.merge({"extraArgs": merged}, {"extraArgs": patch})["extraArgs"] == merged


def test_a_kubelet_argument_of_the_profile_keeps_the_planned_address() -> None:
    item = {"nodeRegistration": {"kubeletExtraArgs": [{"name": "max-pods", "value": "50"}]}}
    kinds = ("InitConfiguration", "JoinConfiguration")
    found = documents(plan(kubernetes={"patches": [{"kind": kind, **item} for kind in kinds]}))
    for kind, address in zip(kinds, ("192.168.56.101", "192.168.56.103"), strict=True):
        assert found[kind]["nodeRegistration"]["kubeletExtraArgs"] == [
            {"name": "node-ip", "value": address},
            {"name": "max-pods", "value": "50"},
        ]


def test_nodes_register_with_the_profiles_taints_beside_kubeadms_own() -> None:
    machines = {
        "control_plane": {"taints": ["busy:PreferNoSchedule"]},
        "worker": {"taints": ["d=x:NoSchedule"]},
        "by_name": {"kubnode2": {"taints": ["d=y:NoSchedule", "d:NoExecute"]}},
    }
    own = {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}
    busy = {"key": "busy", "effect": "PreferNoSchedule"}
    found = documents(plan(machines=machines))
    assert found["InitConfiguration"]["nodeRegistration"]["taints"] == [own, busy]
    assert found["JoinConfiguration"]["nodeRegistration"]["taints"] == [
        {"key": "d", "value": "y", "effect": "NoSchedule"},
        {"key": "d", "effect": "NoExecute"},
    ]
    alone = documents(plan(workers=0, machines={"control_plane": machines["control_plane"]}))
    assert alone["InitConfiguration"]["nodeRegistration"]["taints"] == [busy]
    named = plan(machines={"control_plane": {"taints": ["node-role.kubernetes.io/control-plane:NoSchedule"]}})
    assert documents(named)["InitConfiguration"]["nodeRegistration"]["taints"] == [own]
    assert "taints" not in documents(plan())["InitConfiguration"]["nodeRegistration"]


LEAF = st.integers() | st.text(max_size=3)
SHALLOW = LEAF | st.dictionaries(st.text(max_size=2), LEAF, max_size=3)
DOCUMENT = SHALLOW | st.dictionaries(st.text(max_size=2), SHALLOW, max_size=3)


@settings(max_examples=40)
@given(st.dictionaries(st.text(max_size=2), DOCUMENT), st.dictionaries(st.text(max_size=2), DOCUMENT))
def test_applying_a_patch_twice_changes_nothing_more(base: Any, patch: Any) -> None:
    once = kubeadm.merge(base, patch)
    assert kubeadm.merge(once, patch) == once
    assert kubeadm.merge(base, {}) == base
