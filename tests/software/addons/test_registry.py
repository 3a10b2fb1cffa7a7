"""The registry's manifest: kubetui's own, and what differs in it from cluster to cluster."""

from dataclasses import replace
from typing import Any

import yaml

from kubetui.software.addons import CATALOGUE, Brief, registry
from tests.plans import plan

ADDON = CATALOGUE["registry"]
BRIEF = plan(addons=["storage", "registry"]).addons["registry"]


def documents(brief: Brief) -> dict[str, Any]:
    return {each["kind"]: each for each in yaml.safe_load_all(registry.manifest(brief))}


def test_for_the_tutorials_own_cluster_it_is_the_file_as_it_is() -> None:
    assert registry.manifest(BRIEF) == registry._MANIFEST


def test_a_cluster_has_its_own_image_port_and_name() -> None:
    moved = replace(
        BRIEF,
        version="v3.1.1",
        port=30501,
        place="10.0.0.5:30501",
        placed=lambda image: image.replace("docker.io", "10.0.3.1:5000"),
    )
    made = documents(moved)
    assert ADDON.images(moved) == ("10.0.3.1:5000/library/registry:3.1.1",)
    (container,) = made["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert container["image"] == ADDON.images(moved)[0]
    (port,) = made["Service"]["spec"]["ports"]
    assert (made["Service"]["spec"]["type"], port["nodePort"]) == ("NodePort", 30501)
    hosting = made["ConfigMap"]
    assert (hosting["metadata"]["namespace"], hosting["metadata"]["name"]) == ("kube-public", "local-registry-hosting")
    assert yaml.safe_load(hosting["data"]["localRegistryHosting.v1"]) == {
        "host": "10.0.0.5:30501",
        "hostFromContainerRuntime": "10.0.0.5:30501",
        "hostFromClusterNetwork": "registry.kubetui-registry:5000",
    }
    text = registry.manifest(moved)
    assert "192.168.56.101" not in text
    assert "30500" not in text
    assert "OTEL_TRACES_EXPORTER" in text


def test_images_outlive_the_pod_and_one_registry_at_a_time_writes_them() -> None:
    made = documents(BRIEF)
    pod = made["Deployment"]["spec"]["template"]["spec"]
    claim = made["PersistentVolumeClaim"]
    assert claim["spec"]["storageClassName"] == "local-path"
    assert pod["volumes"] == [{"name": "images", "persistentVolumeClaim": {"claimName": claim["metadata"]["name"]}}]
    (folder,) = (each["mountPath"] for each in pod["containers"][0]["volumeMounts"])
    assert {"name": "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", "value": folder} in pod["containers"][0]["env"]
    assert made["Deployment"]["spec"]["replicas"] == 1
    assert made["Deployment"]["spec"]["strategy"] == {"type": "Recreate"}
    # Kubernetes' own variables for a service of this name begin as the registry's settings do
    assert pod["enableServiceLinks"] is False


def test_it_comes_from_nowhere_and_its_own_namespace_has_nothing_of_others() -> None:
    assert ADDON.source(BRIEF) is None
    made = [*yaml.safe_load_all(registry.manifest(BRIEF))]
    spaces = {each["kind"]: each["metadata"].get("namespace", "") for each in made}
    assert {kind for kind, space in spaces.items() if space != registry.NAMESPACE} == {"ConfigMap", "Namespace"}
    assert {str(each) for each in ADDON.workloads} == {f"{registry.NAMESPACE} deployment/registry"}
