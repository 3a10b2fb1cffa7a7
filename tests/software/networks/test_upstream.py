"""kube-router's and Calico's manifests: what kubetui changes in them, and that it changes nothing else."""

import difflib
from typing import Any

import pytest
import yaml

from kubetui.base.errors import ProfileError
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.software.networks import calico, kube_router
from kubetui.software.upstream.documents import images, rewritten
from kubetui.software.upstream.source import text
from tests.plans import assert_golden, plan
from tests.software.networks.upstream import CALICO, KUBE_ROUTER, Web, sha256

RANGES = {"pod_cidr": "10.10.0.0/16", "service_cidr": "10.112.0.0/12"}


def router(web: Web, **more: Any) -> Plan:
    options = {"url": f"{web.url}/kube-router.yaml", "sha256": sha256(KUBE_ROUTER), **more}
    return plan(network={**RANGES, "pod_network": "kube-router", "kube_router": options})


def calicos(web: Web, path: str = "calico.yaml", **groups: Any) -> Plan:
    return plan(network={**RANGES, "pod_network": "calico", "calico": {"url": f"{web.url}/{path}"}}, **groups)


def changed(before: str, after: str) -> str:
    return "\n".join(difflib.unified_diff(before.strip("\n").splitlines(), after.splitlines(), lineterm="", n=0)) + "\n"


def test_kube_router_is_changed_in_the_fields_that_the_plan_names(upstream: Web) -> None:
    made = router(upstream)
    found = made.pod_network.manifest(made.cluster_network)
    documents = list(yaml.safe_load_all(found))
    assert [each["kind"] for each in documents] == ["ConfigMap", "DaemonSet", "ServiceAccount"]
    # documents that are not changed stay as they are written
    assert "kind: ConfigMap   # reduced" in found
    assert "metadata: {name: kube-router,   namespace: kube-system}" in found
    pod = documents[1]["spec"]["template"]["spec"]
    for container in (*pod["initContainers"], *pod["containers"]):
        assert container["image"] == "docker.io/cloudnativelabs/kube-router:v2.10.0"
        assert container["imagePullPolicy"] == "IfNotPresent"
    assert pod["containers"][0]["args"] == [
        "--run-router=true",
        "--service-cluster-ip-range=10.112.0.0/12",
        "--enable-overlay=false",
    ]
    assert pod["initContainers"][0]["command"] == ["sh", "-c", "set -e; echo 'a folded line'"]
    assert made.pod_network.images(made.cluster_network) == ("docker.io/cloudnativelabs/kube-router:v2.10.0",)
    for each in made.pod_network.changes(made.cluster_network)[1:]:
        assert each in pod["containers"][0]["args"]


def test_kube_routers_changes_match_their_golden_file(upstream: Web) -> None:
    made = router(upstream)
    assert_golden("kube-router.diff", changed(KUBE_ROUTER, made.pod_network.manifest(made.cluster_network)))


def test_the_version_names_kube_routers_image_and_the_checksum(upstream: Web) -> None:
    made = plan(network={"pod_network": "kube-router", "kube_router": {"version": "v2.1.0"}})
    assert made.pod_network.images(made.cluster_network) == ("docker.io/cloudnativelabs/kube-router:v2.1.0",)
    source = kube_router.source(made.cluster_network)
    assert source.url.endswith("/kube-router/v2.1.0/daemonset/kubeadm-kuberouter.yaml")
    assert source.sha256.startswith("847b9b7a")
    unknown = plan(network={"pod_network": "kube-router", "kube_router": {"version": "v2.99.0"}})
    assert not kube_router.source(unknown.cluster_network).sha256


def test_between_existing_machines_kube_router_keeps_its_overlay(upstream: Web) -> None:
    hosts = [{"name": f"m{each}", "address": f"10.0.{each}.1"} for each in (1, 2)]
    hosts[0]["role"] = "control plane"
    made = Plan(
        Profile.model_validate({"provider": "hosts", "hosts": hosts, "network": {"pod_network": "kube-router"}})
    )
    assert not any("overlay" in each for each in kube_router.changes(made.cluster_network))
    assert made.pod_network.ports(made.cluster_network) is None


def test_another_manifest_than_kube_routers_is_refused(upstream: Web) -> None:
    made = router(upstream, url=f"{upstream.url}/calico.yaml", sha256=sha256(CALICO))
    with pytest.raises(ProfileError, match="no DaemonSet kube-router"):
        made.pod_network.manifest(made.cluster_network)


def test_calico_is_changed_in_the_fields_that_the_plan_names(upstream: Web) -> None:
    made = calicos(upstream)
    found = made.pod_network.manifest(made.cluster_network)
    assert found.startswith("---\n# Source: reduced\nkind: ConfigMap\n")
    daemons = next(each for each in yaml.safe_load_all(found) if each["kind"] == "DaemonSet")
    container = daemons["spec"]["template"]["spec"]["containers"][0]
    variables = {each["name"]: each["value"] for each in container["env"]}
    assert variables == {
        "IP": "autodetect",
        "CALICO_IPV4POOL_CIDR": "10.10.0.0/16",
        "CALICO_IPV4POOL_IPIP": "Never",
        "CALICO_IPV4POOL_VXLAN": "Always",
        "IP_AUTODETECTION_METHOD": "kubernetes-internal-ip",
    }
    told = made.pod_network.changes(made.cluster_network)
    assert {f"{name}={value}" for name, value in variables.items() if name != "IP"} <= set(told)


def test_calicos_changes_match_their_golden_file(upstream: Web) -> None:
    made = calicos(upstream)
    assert_golden("calico.diff", changed(CALICO, made.pod_network.manifest(made.cluster_network)))


def test_calicos_images_are_those_of_its_manifest(upstream: Web) -> None:
    made = calicos(upstream)
    assert made.pod_network.images(made.cluster_network) == ()
    text(calico.source(made.cluster_network), None)
    assert made.pod_network.images(made.cluster_network) == (
        "quay.io/calico/calico:v3.33.0",
        "quay.io/calico/node:v3.33.0",
    )


def test_images_are_named_at_mirrors_where_the_runtime_asks_none(upstream: Web) -> None:
    mirrors = {"registries": {"quay.io": "http://10.0.3.1:5000"}}
    made = calicos(upstream, mirrors=mirrors, kubernetes={"runtime": "docker"})
    found = made.pod_network.manifest(made.cluster_network)
    assert images(found) == made.pod_network.images(made.cluster_network)
    assert images(found) == ("10.0.3.1:5000/calico/calico:v3.33.0", "10.0.3.1:5000/calico/node:v3.33.0")
    assert made.pod_network.changes(made.cluster_network)[-1] == "images of quay.io at 10.0.3.1:5000"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (CALICO.replace('"vxlan"', '"bird"'), "the backend bird"),
        (KUBE_ROUTER, "no container calico-node"),
    ],
)
def test_calicos_manifest_for_another_backend_is_refused(upstream: Web, wrong: str, said: str) -> None:
    upstream.files["/wrong.yaml"] = wrong
    made = calicos(upstream, "wrong.yaml")
    with pytest.raises(ProfileError, match=said) as error:
        made.pod_network.manifest(made.cluster_network)
    assert "calico-vxlan.yaml" in error.value.fix


def test_a_manifest_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(ProfileError, match="is not YAML"):
        rewritten("kind: DaemonSet\nspec: [<html>", {"DaemonSet"}, lambda _document: None)


def test_a_change_of_nothing_leaves_every_byte() -> None:
    for manifest in (KUBE_ROUTER, CALICO):
        assert rewritten(manifest, {"DaemonSet", "ConfigMap"}, lambda _document: None) == manifest
