"""Add-ons on real machines: they do what they are for, and they go without a trace."""

from __future__ import annotations

import base64
import re
import shlex
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest
import yaml

from tests.certificates import request
from tests.e2e.conftest import Lab, Maker
from tests.e2e.faults import Container
from tests.e2e.running import running
from tests.e2e.test_up import planned, state_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

MANIFESTS = "http://10.0.3.1:8080/manifests"
REGISTRY = "http://10.0.3.1:5000"
STORAGE = ("storage", "--version", "v0.0.30", "--url", f"{MANIFESTS}/local-path/v0.0.30/local-path-storage.yaml")
METRICS = ("metrics", "--url", f"{MANIFESTS}/metrics-server/v0.9.0/components.yaml")
LOADBALANCER = ("loadbalancer", "--url", f"{MANIFESTS}/metallb/v0.16.1/metallb-native.yaml")
WEB = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: DoNotSchedule
          labelSelector: {matchLabels: {app: web}}
      containers:
        - name: web
          image: docker.io/library/busybox:stable
          command: [perl, -MIO::Socket::INET, -e]
          args:
            - |
              $all = IO::Socket::INET->new(LocalPort => 8080, Listen => 9, ReuseAddr => 1);
              while ($one = $all->accept) { print $one "served\\n"; close $one }
"""
FILES = """ls /opt; find /etc/kubernetes/kubetui 2>/dev/null | sort
find /etc/containerd | sort; sha256sum /var/lib/kubelet/config.yaml /var/lib/kubetui/*.done; ls /var/lib/kubelet/pki
crictl images --output=json | grep -o '"[a-z0-9.:-]*/[^"]*"' | sort || true"""
SHOWN = """openssl s_client -connect {address}:10250 -CAfile /etc/kubernetes/pki/ca.crt -verify_return_error \\
  -verify_ip {address} </dev/null 2>&1 | grep -e 'Verify return code' -e 'Verification'"""
WRITER = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 10Mi}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: writer}
spec:
  strategy: {type: Recreate}
  selector: {matchLabels: {app: writer}}
  template:
    metadata: {labels: {app: writer}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: writer
          image: docker.io/library/busybox:stable
          command: [sh, -c, "date +%s%N >>/data/starts; cat /data/starts; while true; do sleep 1; done"]
          volumeMounts: [{name: data, mountPath: /data}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
"""


@pytest.fixture(scope="module")
def lab(make: Maker) -> Lab:
    built = make("extras", mirrors={"registries": {"quay.io": REGISTRY, "registry.k8s.io": REGISTRY}})
    built.up()
    return built


def answer(lab: Lab, address: str) -> str:
    return lab.run("timeout", "3", "bash", "-c", f"head -n 1 </dev/tcp/{address}/80", check=False).strip()


def until(found: Callable[[], str], seconds: float = 60) -> str:
    """Return what is found once it is not empty. Fails when the time is over."""
    end = time.monotonic() + seconds
    while not (text := found()):
        assert time.monotonic() < end, "it was not found in time"
        time.sleep(0.5)
    return text


def apply(lab: Lab, manifest: str) -> None:
    lab.run("sh", "-c", f"printf %s {shlex.quote(manifest)} | kubectl apply --filename=-")


def objects(lab: Lab) -> list[str]:
    """Return the cluster's objects, without those that come and go by themselves: events, leases, join tokens."""
    kinds = lab.kubectl("api-resources", "--verbs=list", "--output=name").split()
    kept = [kind for kind in kinds if kind not in {"events", "events.events.k8s.io", "leases.coordination.k8s.io"}]
    return sorted(
        f"{each['kind']} {each['metadata'].get('namespace', '')}/{each['metadata']['name']}"
        for each in lab.objects(*kept)
        if not each["metadata"]["name"].startswith("bootstrap-token-")
    )


def traces(lab: Lab) -> dict[str, Any]:
    """Return what an add-on may leave: objects of the cluster, and files and images of each machine."""
    found: dict[str, Any] = {"objects": objects(lab)}
    for name in planned(lab):
        found[name] = lab.on(name, FILES)
    return found


def test_a_volume_outlives_its_pod_and_keeps_its_add_on(lab: Lab) -> None:
    before = traces(lab)
    lab.kubetui("addon", "add", lab.name, *STORAGE)
    apply(lab, WRITER)
    lab.kubectl("rollout", "status", "deployment/writer", "--timeout=120s")
    first = lab.kubectl("logs", "deployment/writer").split()
    lab.kubectl("delete", "pod", "--selector=app=writer")
    lab.kubectl("rollout", "status", "deployment/writer", "--timeout=120s")
    assert lab.kubectl("logs", "deployment/writer").split()[:1] == first
    said = lab.kubetui("addon", "remove", lab.name, "storage", "--yes", check=False)
    assert "volumes of it are in use: default/data" in said
    assert lab.kubectl("logs", "deployment/writer").split()[:1] == first
    lab.kubetui("addon", "add", lab.name, *STORAGE)
    lab.kubectl("delete", "deployment/writer", "persistentvolumeclaim/data")
    lab.kubetui("addon", "remove", lab.name, "storage", "--yes")
    assert traces(lab) == before


def test_a_second_up_changes_nothing_with_an_add_on(lab: Lab) -> None:
    lab.kubetui("addon", "add", lab.name, *STORAGE)
    before = state_of(lab)
    built = lab.folder / "profile.yaml"
    assert "nothing changed" in lab.kubetui("up", str(built), "--yes")
    assert state_of(lab) == before
    lab.kubectl("delete", "storageclass", "local-path")
    assert "addon-storage" in lab.run(*lab.command("diff", lab.name), check=False)
    lab.kubetui("mend", lab.name)
    assert "local-path (default)" in lab.kubectl("get", "storageclasses")
    lab.kubetui("addon", "remove", lab.name, "storage", "--yes")


@pytest.mark.parametrize("moment", ["addon-storage", "remove-storage", "clear-addons"])
def test_one_that_was_killed_goes_on(lab: Lab, moment: str) -> None:
    before = traces(lab)
    with running(lab, "addon", "add", lab.name, *STORAGE, killed=moment == "addon-storage") as run:
        if moment == "addon-storage":
            assert run.until(("TaskStarted",), moment)
            run.signal(SIGKILL)
        run.end()
    if moment == "addon-storage":
        lab.kubetui("start", lab.name)
    else:
        with running(lab, "addon", "remove", lab.name, "storage", "--yes", killed=True) as run:
            assert run.until(("TaskStarted",), moment)
            run.signal(SIGKILL)
            run.end()
    lab.kubetui("addon", "remove", lab.name, "storage", "--yes")
    assert traces(lab) == before


def test_a_service_gets_an_address_that_this_host_reaches_and_another_node_answers_for(lab: Lab) -> None:
    before = traces(lab)
    lab.kubetui("addon", "add", lab.name, *LOADBALANCER)
    apply(lab, WEB)
    lab.kubectl("rollout", "status", "deployment/web", "--timeout=120s")
    address = until(lambda: lab.kubectl("get", "service", "web", "-o", "jsonpath={.status.loadBalancer.ingress[0].ip}"))
    assert IPv4Address(address) in IPv4Network((planned(lab)["kubmaster"], 24), strict=False)
    assert until(lambda: answer(lab, address)) == "served"
    events = ("get", "events", "--field-selector=reason=nodeAssigned", "--output=jsonpath={.items[*].message}")
    announced = lab.kubectl(*events)
    (node,) = set(re.findall(r'node "([^"]+)"', announced))
    stopped = Container(lab, node)
    with stopped.off():
        assert until(lambda: answer(lab, address), seconds=120) == "served"
    lab.kubetui("start", lab.name)
    lab.kubectl("delete", "service/web", "deployment/web")
    lab.kubetui("addon", "remove", lab.name, "loadbalancer", "--yes")
    # what this test's own pods ran from
    for name in set(planned(lab)) - {"kubmaster"}:
        lab.on(name, "crictl rmi docker.io/library/busybox:stable")
    assert traces(lab) == before


def asked(lab: Lab, name: str, user: str, pem: bytes) -> None:
    """Ask for a serving certificate in the name of a node, as the administrator may."""
    spec = {
        "signerName": "kubernetes.io/kubelet-serving",
        "request": base64.b64encode(pem).decode(),
        "usages": ["digital signature", "server auth"],
    }
    about = {"apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest", "metadata": {"name": name}}
    text = shlex.quote(yaml.safe_dump({**about, "spec": spec}))
    groups = "--as-group=system:nodes --as-group=system:authenticated"
    lab.run("sh", "-c", f"printf %s {text} | kubectl create --filename=- --as={user} {groups}")


def conditions(lab: Lab, name: str) -> str:
    return lab.kubectl("get", "certificatesigningrequest", name, "-o", "jsonpath={.status.conditions[*].type}")


def test_metrics_come_over_verified_connections_and_no_foreign_request_is_approved(lab: Lab) -> None:
    before = traces(lab)
    lab.kubetui("addon", "add", lab.name, *METRICS)
    usage = lab.kubectl("top", "nodes", "--no-headers")
    assert re.findall(r"^(\S+) +\d", usage, re.MULTILINE) == sorted(planned(lab))
    for name, address in planned(lab).items():
        assert "0 (ok)" in lab.on(name, SHOWN.format(address=address))
    service = lab.kubectl("get", "apiservice", "v1beta1.metrics.k8s.io", "-o", "jsonpath={.spec}")
    assert "insecureSkipTLSVerify" not in service
    pod = lab.kubectl("--namespace=kube-system", "get", "deployment", "metrics-server", "-o", "jsonpath={.spec}")
    assert "insecure" not in pod

    after = state_of(lab)
    assert "nothing changed" in lab.kubetui("up", str(lab.folder / "profile.yaml"), "--yes")
    assert state_of(lab) == after
    address = str(planned(lab)["kubnode1"])
    asked(lab, "foreign", "system:node:kubnode1", request("kubnode1", ["kubernetes"], [address]))
    asked(lab, "stranger", "system:node:kubnode9", request("kubnode9", ["kubnode9"], [address]))
    asked(lab, "renewed", "system:node:kubnode1", request("kubnode1", ["kubnode1"], [address]))
    differing = lab.run(*lab.command("diff", lab.name), check=False)
    assert "kubelets wait until somebody approves renewed" in differing
    lab.kubetui("mend", lab.name)
    assert [conditions(lab, each) for each in ("foreign", "stranger", "renewed")] == ["", "", "Approved"]
    assert "approve-serving" not in lab.run(*lab.command("diff", lab.name), check=False)

    lab.kubectl("delete", "certificatesigningrequest", "stranger")
    lab.kubetui("addon", "remove", lab.name, "metrics", "--yes")
    assert traces(lab) == before
    assert lab.kubectl("logs", "--namespace=kube-system", "--selector=k8s-app=kube-proxy", "--tail=1")


PUSHING = Path(__file__).parent / "pushing.py"
IMAGES = "--namespace=kubetui-registry"


def test_the_registry_takes_images_from_this_host_and_every_node_pulls_them_by_the_one_name(lab: Lab) -> None:
    before = traces(lab)
    refused = lab.refused(*lab.command("addon", "add", lab.name, "registry"))
    assert f"first: kubetui addon add {lab.name} storage" in refused
    lab.kubetui("addon", "add", lab.name, *STORAGE)
    lab.kubetui("addon", "add", lab.name, "registry")
    place = f"{planned(lab)['kubmaster']}:30500"
    image = f"{place}/own/busybox:1"
    hosting = lab.kubectl("--namespace=kube-public", "get", "configmap", "local-registry-hosting", "-o", "yaml")
    assert f"host: {place}" in hosting
    lab.run("python3", str(PUSHING), REGISTRY.partition("//")[2], "library/busybox:stable", place, "own/busybox:1")
    for name, address in planned(lab).items():
        assert "own/busybox" in lab.run("curl", "--silent", "--noproxy", "*", f"http://{address}:30500/v2/_catalog")
        lab.on(name, f"crictl pull {image} && crictl rmi {image}")
    lab.kubectl("run", "pulled", f"--image={image}", "--restart=Never", "--command", "--", "true")
    lab.kubectl("wait", "pod/pulled", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=120s")
    lab.kubectl("delete", "pod", "pulled")

    after = state_of(lab)
    assert "nothing changed" in lab.kubetui("up", str(lab.folder / "profile.yaml"), "--yes")
    assert state_of(lab) == after
    lab.on("kubnode2", f"rm -r '/etc/containerd/certs.d/{place}'")
    assert "know-registry" in lab.run(*lab.command("diff", lab.name), check=False)
    lab.kubetui("mend", lab.name)
    alone = objects(lab)
    lab.kubetui("node", "add", lab.name, "--yes")
    (joined,) = set(planned(lab, workers=3)) - set(planned(lab))
    lab.on(joined, f"crictl pull {image}")
    lab.kubetui("node", "remove", lab.name, joined, "--yes")
    # such as the request for its kubelet's certificate
    of_joining = set(objects(lab)) - set(alone)

    lab.kubectl(IMAGES, "delete", "pod", "--selector=app=registry")
    lab.kubectl(IMAGES, "rollout", "status", "deployment/registry", "--timeout=120s")
    for name in planned(lab):
        lab.on(name, f"crictl rmi {image} || true; crictl pull {image} && crictl rmi {image}")
    claimed = lab.refused(*lab.command("addon", "remove", lab.name, "storage", "--yes"))
    assert "registry keeps what it has on a volume" in claimed
    for name in ("registry", "storage"):
        said = lab.kubetui("addon", "remove", lab.name, name, "--yes", check=False)
        assert "images are in it: own/busybox. They would be lost." in said
        lab.on("kubnode1", f"crictl pull {image} && crictl rmi {image}")
    lab.kubectl(IMAGES, "delete", "deployment/registry", "persistentvolumeclaim/registry")
    # both go, the registry first: its volume is taken away by what made it
    lab.kubetui("addon", "remove", lab.name, "registry", "--yes")
    left = traces(lab)
    assert (set(left.pop("objects")) - of_joining) ^ set(before.pop("objects")) == set()
    assert left == before
