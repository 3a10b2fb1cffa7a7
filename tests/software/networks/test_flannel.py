"""flannel's manifest: the whole text against a golden file, and its important fields."""

import json
import re
from typing import Any

import pytest
import yaml

from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.software.networks import flannel
from tests.plans import assert_golden, plan

RIG = {"pod_cidr": "10.10.0.0/16", "first_address": "192.168.60.11"}


def objects(made: Plan) -> dict[str, Any]:
    return {document["kind"]: document for document in yaml.safe_load_all(flannel.manifest(made.cluster_network))}


def test_the_manifest_matches_its_golden_file() -> None:
    assert_golden("flannel.yaml", flannel.manifest(plan().cluster_network) + "\n")


def test_there_is_one_object_of_each_kind_in_flannels_namespace() -> None:
    documents = list(yaml.safe_load_all(flannel.manifest(plan().cluster_network)))
    assert [(document["apiVersion"], document["kind"], document["metadata"]["name"]) for document in documents] == [
        ("v1", "Namespace", "kube-flannel"),
        ("v1", "ServiceAccount", "flannel"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", "flannel"),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "flannel"),
        ("v1", "ConfigMap", "kube-flannel-cfg"),
        ("apps/v1", "DaemonSet", "kube-flannel-ds"),
    ]
    placed = [each for each in documents if each["kind"] in ("ServiceAccount", "ConfigMap", "DaemonSet")]
    assert {each["metadata"]["namespace"] for each in placed} == {"kube-flannel"}


def test_the_service_account_has_the_permissions_that_flanneld_needs() -> None:
    found = objects(plan())
    rules = {
        (resource, verb)
        for rule in found["ClusterRole"]["rules"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    assert rules == {
        ("pods", "get"),
        ("nodes", "get"),
        ("nodes", "list"),
        ("nodes", "watch"),
        ("nodes/status", "patch"),
    }
    assert found["ClusterRoleBinding"]["subjects"] == [
        {"kind": "ServiceAccount", "name": "flannel", "namespace": "kube-flannel"}
    ]
    assert found["ClusterRoleBinding"]["roleRef"]["name"] == "flannel"


def test_pods_get_addresses_from_the_pod_cidr() -> None:
    data = objects(plan(network={**RIG, "flannel": {"backend": "host-gw"}}))["ConfigMap"]["data"]
    network = json.loads(data["net-conf.json"])
    assert (network["Network"], network["Backend"]) == ("10.10.0.0/16", {"Type": "host-gw"})
    chain = json.loads(data["cni-conf.json"])
    assert [plugin["type"] for plugin in chain["plugins"]] == ["flannel", "portmap"]


def test_the_daemon_runs_on_every_node_and_mounts_what_it_needs() -> None:
    images = {"image": "mirror/flannel:v0.28.9", "cni_plugin_image": "mirror/plugin:v1"}
    made = plan(network={**RIG, "flannel": images})
    daemon = objects(made)["DaemonSet"]["spec"]
    pod = daemon["template"]["spec"]
    assert daemon["selector"]["matchLabels"].items() <= daemon["template"]["metadata"]["labels"].items()
    assert pod["hostNetwork"] is True
    assert pod["priorityClassName"] == "system-node-critical"
    # also on control planes, on nodes that are not ready yet, and where a taint evicts other pods
    assert pod["tolerations"] == [{"operator": "Exists"}]
    assert [part["image"] for part in (*pod["initContainers"], *pod["containers"])] == [
        "mirror/plugin:v1",
        "mirror/flannel:v0.28.9",
        "mirror/flannel:v0.28.9",
    ]
    assert flannel.images(made.cluster_network) == ("mirror/plugin:v1", "mirror/flannel:v0.28.9")
    (container,) = pod["containers"]
    assert {"--ip-masq", "--kube-subnet-mgr", r"--iface-regex=^192\.168\.60\."} <= set(container["args"])
    assert container["securityContext"]["capabilities"]["add"] == ["NET_ADMIN", "NET_RAW"]
    volumes = {volume["name"] for volume in pod["volumes"]}
    for part in (*pod["initContainers"], *pod["containers"]):
        assert {mount["name"] for mount in part["volumeMounts"]} <= volumes


@pytest.mark.parametrize(
    ("image", "program"),
    [("x/flannel:v0.28.9", "/opt/bin/install-conf"), ("x/flannel:v0.27.4", "cp"), ("x/flannel:v0.14.0-amd64", "cp")],
)
def test_the_configuration_is_copied_with_the_program_in_the_image(image: str, program: str) -> None:
    pod = objects(plan(network={"flannel": {"image": image}}))["DaemonSet"]["spec"]["template"]["spec"]
    assert pod["initContainers"][1]["command"] == [program]


def test_the_interface_is_chosen_by_the_nodes_addresses_only() -> None:
    made = plan(workers=9, network=RIG)
    pattern = re.compile(flannel.interface_pattern(made.cluster_network))
    assert all(pattern.search(str(machine.address)) for machine in made.machines)
    for other in (
        "192.168.6.1",
        "192.168.160.11",
        "10.0.2.15",
        "192x168x60x11",
        "1192.168.60.11",
        "eth1",
        "192.168.61.11",
    ):
        assert not pattern.search(other)


def test_the_interface_of_an_existing_machine_is_chosen_by_its_exact_address() -> None:
    hosts = [
        {"name": "one", "role": "control plane", "address": "10.0.3.4"},
        {"name": "two", "role": "worker", "address": "10.9.8.7"},
    ]
    made = Plan(Profile.model_validate({"provider": "hosts", "hosts": hosts}))
    pattern = re.compile(flannel.interface_pattern(made.cluster_network))
    assert pattern.search("10.0.3.4")
    assert pattern.search("10.9.8.7")
    for other in ("10.0.3.40", "110.0.3.4", "10.0.334", "10.9.8.70"):
        assert not pattern.search(other)
