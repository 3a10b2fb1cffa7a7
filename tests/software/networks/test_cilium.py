"""Cilium's manifest: helm renders the chart once, on this computer, and the result is kept."""

import json
from pathlib import Path

import pytest
import yaml

from kubetui.base.errors import ProfileError
from kubetui.host.doctor import _manifest
from kubetui.profile.plan import Plan
from kubetui.software.networks import cilium
from kubetui.software.networks.cilium import VALUES
from kubetui.software.upstream import source
from kubetui.software.upstream.source import keep
from tests.plans import plan
from tests.software.networks.upstream import Web, sha256

CHART = "an archive"
RENDERED = """---
# Source: reduced
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: cilium, namespace: kube-system}
spec:
  template:
    spec:
      initContainers: [{name: config, image: "quay.io/cilium/cilium:v1.20.0@sha256:00"}]
      containers: [{name: cilium-agent, image: "quay.io/cilium/cilium:v1.20.0@sha256:00"}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cilium-operator}
spec:
  template:
    spec:
      containers: [{name: cilium-operator, image: "quay.io/cilium/operator-generic:v1.20.0"}]
"""
HELM = """#!/bin/bash
printf '%s\\n' "$@" >>{folder}/calls
for word; do
  case $word in --values=*) cp "${{word#*=}}" {folder}/values ;; *.tgz) cp "$word" {folder}/chart ;; esac
done
cat {folder}/rendered
"""


@pytest.fixture
def helm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a helm on PATH that writes down how it is called, and prints RENDERED."""
    folder = tmp_path / "helm"
    folder.mkdir()
    (folder / "rendered").write_text(RENDERED)
    (folder / "helm").write_text(HELM.format(folder=folder))
    (folder / "helm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    source._rendered.cache_clear()
    return folder


@pytest.fixture
def without_helm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    source._rendered.cache_clear()


def made(web: Web, **more: str) -> Plan:
    web.files["/cilium.tgz"] = CHART
    return plan(network={"pod_network": "cilium", "cilium": {"url": f"{web.url}/cilium.tgz", **more}})


def test_helm_renders_the_chart_with_the_plans_values(upstream: Web, helm: Path) -> None:
    chosen = made(upstream, sha256=sha256(CHART))
    found = chosen.pod_network.manifest(chosen.cluster_network)
    assert found == RENDERED.strip("\n")
    assert json.loads((helm / "values").read_text()) == VALUES
    assert (helm / "chart").read_text() == CHART
    calls = (helm / "calls").read_text().splitlines()
    assert calls[:2] == ["template", "cilium"]
    assert "--namespace=kube-system" in calls
    told = {word.partition("=")[0] for word in chosen.pod_network.changes(chosen.cluster_network)}
    assert told == {"ipam.mode", "operator.replicas", "hubble.enabled", "kubeProxyReplacement"}
    # once is enough
    chosen.pod_network.manifest(chosen.cluster_network)
    assert (helm / "calls").read_text().splitlines() == calls


def test_images_are_those_of_the_rendered_manifest(upstream: Web, helm: Path) -> None:
    chosen = made(upstream)
    assert chosen.pod_network.images(chosen.cluster_network) == ()
    chosen.pod_network.manifest(chosen.cluster_network)
    assert chosen.pod_network.images(chosen.cluster_network) == (
        "quay.io/cilium/cilium:v1.20.0@sha256:00",
        "quay.io/cilium/operator-generic:v1.20.0",
    )


def test_a_chart_with_another_checksum_is_never_rendered(upstream: Web, helm: Path) -> None:
    chosen = made(upstream, sha256="0" * 64)
    with pytest.raises(ProfileError, match=f"has the SHA-256 {sha256(CHART)}"):
        chosen.pod_network.manifest(chosen.cluster_network)
    assert not (helm / "calls").exists()


def test_the_rendered_manifest_is_kept_and_needs_no_helm(
    upstream: Web, helm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = cilium.source(made(upstream, sha256=sha256(CHART)).cluster_network)
    keep(chosen, tmp_path)
    assert (tmp_path / "pod-network.yaml").read_text() == RENDERED
    monkeypatch.setenv("PATH", str(tmp_path))
    source._rendered.cache_clear()
    source.download.cache_clear()
    assert source.text(chosen, tmp_path) == RENDERED.strip("\n")
    assert upstream.asked == 1


@pytest.mark.usefixtures("without_helm")
async def test_without_helm_the_doctor_says_how_to_get_it(upstream: Web) -> None:
    (check,) = await _manifest(made(upstream))
    assert (check.name, check.status) == ("Pod network", "failed")
    assert "helm, which is not on this computer" in check.message
    assert "https://helm.sh/docs/intro/install/" in check.fix


def test_what_helm_says_against_a_chart_is_told(upstream: Web, helm: Path) -> None:
    (helm / "helm").write_text("#!/bin/bash\necho 'Error: not a\n gzip' >&2; exit 1\n")
    chosen = made(upstream)
    with pytest.raises(ProfileError, match="helm cannot render Cilium's chart: Error: not a gzip"):
        chosen.pod_network.manifest(chosen.cluster_network)


def test_another_chart_is_refused(upstream: Web, helm: Path) -> None:
    (helm / "rendered").write_text(yaml.safe_dump({"kind": "DaemonSet", "metadata": {"name": "other"}}))
    chosen = made(upstream)
    with pytest.raises(ProfileError, match="no DaemonSet cilium"):
        chosen.pod_network.manifest(chosen.cluster_network)
