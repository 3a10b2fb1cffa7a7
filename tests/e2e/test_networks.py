"""Pod networks besides flannel's VXLAN: kube-router with policies, plain routes, and none at all."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from kubetui.explain.concepts import At
from kubetui.steps.cluster.proof.commands import policy
from tests.e2e.concepts import failures
from tests.e2e.conftest import Lab, Maker
from tests.e2e.smoke import pods_reach_each_other
from tests.e2e.test_up import assert_nothing_left, nodes, planned, state_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

MANIFEST = "http://10.0.3.1:8080/manifests/kube-router/v2.1.0/kubeadm-kuberouter.yaml"
KUBE_ROUTER = {
    "pod_network": "kube-router",
    "kube_router": {"version": "v2.1.0", "url": MANIFEST},
    "pod_cidr": "10.10.0.0/16",
}


def assert_proven(lab: Lab, said: str) -> None:
    assert "ok          pod-to-pod" in said
    assert nodes(lab) == planned(lab)
    assert {node["spec"]["podCIDR"].rsplit(".", 2)[0] for node in lab.objects("nodes")} == {"10.10"}
    pods_reach_each_other(lab, ["kubnode1", "kubnode2"])


def assert_nothing_changes(lab: Lab) -> None:
    before = state_of(lab)
    assert "nothing changed" in lab.up()
    assert state_of(lab) == before


def policies(lab: Lab) -> list[Any]:
    return [each for each in lab.objects("networkpolicies") if each["metadata"]["name"].startswith("kubetui")]


def test_kube_router_is_proven_with_a_policy_that_blocks(fresh: Maker) -> None:
    lab = fresh("router", network=KUBE_ROUTER)
    assert f"kube-router comes from {MANIFEST}; its SHA-256 has to be 847b9b7a" in lab.kubetui("plan", str(lab.profile))
    said = lab.up()
    assert re.search(r"ok +policy: a NetworkPolicy keeps the pod on kubmaster from the one on kubnode2", said), said
    assert_proven(lab, said)
    assert policies(lab) == []
    assert (lab.folder / "pod-network.yaml").read_text().startswith("apiVersion: v1\nkind: ConfigMap")
    (daemons,) = (each for each in lab.objects("daemonsets") if each["metadata"]["name"] == "kube-router")
    container = daemons["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == "docker.io/cloudnativelabs/kube-router:v2.1.0"
    assert " via 192.168." in lab.on("kubnode1", "ip route show 10.10.0.0/24")
    assert "tunl" not in lab.on("kubnode1", "ip -brief link")
    assert_nothing_changes(lab)
    # as a proof leaves it that was killed
    left = lab.profile.with_suffix(".policy.json")
    left.write_text(json.dumps(policy("kubetui-proof-00000000")))
    lab.kubectl("apply", "-f", str(left))
    assert "policy: a NetworkPolicy keeps" in lab.kubetui("check", lab.name)
    assert policies(lab) == []
    assert failures(lab, (At.CONTROL_PLANE,), "kubmaster") == {}
    # its routes need no tunnel, so there is none to see
    assert failures(lab, (At.NODE,), "kubnode1").keys() == {"vxlan"}
    changed = fresh("router", network={"pod_cidr": "10.10.0.0/16"})
    refused = changed.refused(*changed.command("up", str(changed.profile), "--yes"))
    assert "The pods of a cluster cannot go from one pod network to another" in refused
    lab.kubetui("destroy", lab.name, "--yes")
    assert_nothing_left(lab)


def test_flannel_with_plain_routes(fresh: Maker) -> None:
    lab = fresh("plain", network={"flannel": {"backend": "host-gw"}, "pod_cidr": "10.10.0.0/16"})
    said = lab.up()
    assert_proven(lab, said)
    assert "policy" not in said
    assert " via 192.168." in lab.on("kubnode1", "ip route show 10.10.0.0/24")
    assert "flannel.1" not in lab.on("kubnode1", "ip -brief link")
    assert_nothing_changes(lab)
    lab.kubetui("destroy", lab.name, "--yes")
    assert_nothing_left(lab)


def test_without_a_pod_network_the_run_ends_and_says_so(fresh: Maker) -> None:
    lab = fresh("bare", network={"pod_network": "none"}, machines={"workers": 1})
    said = lab.up()
    assert re.search(r"not checked +pod-to-pod: there is no pod network yet", said), said
    assert {each["metadata"]["name"] for each in lab.objects("nodes")} == set(planned(lab))
    assert "NotReady" in lab.kubectl("get", "nodes")
    assert "nothing changed" in lab.up()
    # the person's own turn
    text = lab.run("curl", "--fail", "--silent", MANIFEST).replace(
        "docker.io/cloudnativelabs/kube-router\n", "docker.io/cloudnativelabs/kube-router:v2.1.0\n"
    )
    manifest = lab.profile.with_suffix(".network.yaml")
    manifest.write_text(text.replace("imagePullPolicy: Always", "imagePullPolicy: IfNotPresent"))
    lab.kubectl("apply", "-f", str(manifest))
    lab.kubectl("wait", "--for=condition=Ready", "--timeout=180s", "nodes", "--all")
    lab.kubectl("-n", "kube-system", "rollout", "status", "deployment/coredns", "--timeout=180s")
    said = lab.kubetui("check", lab.name)
    assert "ok          pod-to-pod" in said
    lab.kubetui("destroy", lab.name, "--yes")
    assert_nothing_left(lab)
