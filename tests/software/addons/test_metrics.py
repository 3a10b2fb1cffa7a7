"""metrics-server's manifest: nothing in it believes without looking."""

from dataclasses import replace
from typing import Any

import pytest
import yaml

from kubetui.base.errors import ProfileError
from kubetui.software.addons import CATALOGUE, Brief, metrics
from tests.software.addons.upstream import METRICS
from tests.software.networks.upstream import Web, sha256

ADDON = CATALOGUE["metrics"]


@pytest.fixture
def brief(upstream: Web) -> Brief:
    upstream.files["/components.yaml"] = METRICS
    return Brief("v0.9.0", f"{upstream.url}/components.yaml", sha256(METRICS))


def documents(text: str) -> dict[str, Any]:
    return {each["kind"]: each for each in yaml.safe_load_all(text)}


def test_nothing_in_it_is_insecure(brief: Brief) -> None:
    made = metrics.manifest(brief)
    assert "insecure" in METRICS
    assert "insecure" not in made.lower()
    assert "--cert-dir" not in made


def test_kubelets_are_believed_by_the_clusters_authority_and_asked_at_their_addresses(brief: Brief) -> None:
    pod = documents(metrics.manifest(brief))["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["args"] == [
        "--secure-port=10250",
        "--kubelet-certificate-authority=/var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
        "--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname",
        "--tls-cert-file=/etc/metrics-server/tls/tls.crt",
        "--tls-private-key-file=/etc/metrics-server/tls/tls.key",
    ]
    assert [each["name"] for each in container["volumeMounts"]] == ["tmp-dir", "tls"]
    assert pod["volumes"][1] == {"name": "tls", "secret": {"secretName": "metrics-server-tls"}}


def test_the_api_server_believes_it_by_a_certificate_for_its_service(brief: Brief) -> None:
    made = documents(metrics.manifest(brief))
    assert made["APIService"]["spec"]["caBundle"] == "@CLUSTER_CA@"
    secret = made["Secret"]
    assert (secret["metadata"]["name"], secret["type"]) == ("metrics-server-tls", "kubernetes.io/tls")
    assert secret["data"] == {"tls.crt": "@SERVICE_CERTIFICATE@", "tls.key": "@SERVICE_KEY@"}
    service = made["APIService"]["spec"]["service"]
    assert ADDON.service == f"{service['name']}.{service['namespace']}.svc"


def test_its_image_is_of_the_release_and_where_the_machines_find_it(brief: Brief) -> None:
    moved = replace(brief, placed=lambda image: image.replace("registry.k8s.io", "10.0.3.1:5000"))
    assert ADDON.images(moved) == ("10.0.3.1:5000/metrics-server/metrics-server:v0.9.0",)
    made = metrics.manifest(moved)
    assert f"image: {ADDON.images(moved)[0]}\n" in made
    assert "a comment that stays" in made
    assert made == made.rstrip("\n")


def test_no_checksum_is_known_of_its_release() -> None:
    source = ADDON.source(Brief(ADDON.version))
    assert source is not None
    assert source.sha256 == ""
    assert source.url.endswith("/metrics-server/releases/download/v0.9.0/components.yaml")


@pytest.mark.parametrize("kind", ["Deployment", "APIService"])
def test_another_text_is_refused(brief: Brief, upstream: Web, kind: str) -> None:
    upstream.files["/other.yaml"] = METRICS.replace(f"kind: {kind}", "kind: Other")
    other = replace(brief, url=f"{upstream.url}/other.yaml", sha256=sha256(upstream.files["/other.yaml"]))
    with pytest.raises(ProfileError, match=f"has no {kind} of metrics-server's"):
        metrics.manifest(other)
