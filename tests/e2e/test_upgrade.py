"""From Kubernetes 1.36.3 to 1.37.2 on real machines: under load, through kills, and back to nothing halfway."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import HERE, Lab, Maker
from tests.e2e.record import BACKENDS, ENDPOINT, balanced
from tests.e2e.running import Event, place, running
from tests.e2e.test_exercises import until
from tests.e2e.test_power import proven
from tests.e2e.test_up import nodes

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PACE = 20
PORT = 30080
TURNS = ("upgrade-first-kubelet", "upgrade-control-plane-kubelet", "upgrade-worker")
SERVER = {"name": "web", "image": "10.0.3.1:5000/coredns/coredns:v1.14.6", "args": ["-conf", "/etc/coredns/Corefile"]}
WEB: list[dict[str, Any]] = [
    {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "web"},
        # it answers for some seconds after it was told to end, as a server behind a service should
        "data": {"Corefile": ".:5353 {\n  health :8080 {\n    lameduck 8s\n  }\n}\n"},
    },
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {
                    "containers": [
                        {
                            **SERVER,
                            "readinessProbe": {"httpGet": {"path": "/health", "port": 8080}, "periodSeconds": 1},
                            "volumeMounts": [{"name": "web", "mountPath": "/etc/coredns"}],
                        }
                    ],
                    "volumes": [{"name": "web", "configMap": {"name": "web"}}],
                    "affinity": {
                        "podAntiAffinity": {
                            "requiredDuringSchedulingIgnoredDuringExecution": [
                                {
                                    "labelSelector": {"matchLabels": {"app": "web"}},
                                    "topologyKey": "kubernetes.io/hostname",
                                }
                            ]
                        }
                    },
                },
            },
        },
    },
    {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "web"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}},
    },
    {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"type": "NodePort", "selector": {"app": "web"}, "ports": [{"port": 8080, "nodePort": PORT}]},
    },
]


def former(maker: Maker, name: str, **changes: Any) -> Lab:
    """Return a cluster of the minor version before, from its own repository."""
    urls = maker(name).document["mirrors"]["packages"]
    old = {key: url.replace("v1.37", "v1.36") for key, url in urls.items()}
    return maker(name, kubernetes={"version": "1.36"}, mirrors={"packages": old}, **changes)


def versions(lab: Lab) -> set[str]:
    return {node["status"]["nodeInfo"]["kubeletVersion"] for node in lab.objects("nodes")}


def upgraded(lab: Lab) -> None:
    """See that every part is new, that nothing is left of the upgrade, and that all works."""
    assert versions(lab) == {"v1.37.2"}
    servers = {
        pod["spec"]["containers"][0]["image"]
        for pod in lab.objects("pods")
        if pod["metadata"]["namespace"] == "kube-system" and pod["metadata"]["name"].startswith("kube-")
    }
    assert {image.rpartition(":")[2] for image in servers} == {"v1.37.2"}
    assert not any(node["spec"].get("unschedulable") for node in lab.objects("nodes"))
    assert not any("kubetui/upgrading" in node["metadata"].get("annotations", {}) for node in lab.objects("nodes"))
    assert not (lab.folder / "upgrade.yaml").exists()
    assert yaml.safe_load((lab.folder / "profile.yaml").read_text())["kubernetes"]["version"] == "1.37"
    assert lab.kubetui("diff", lab.name) == f"{lab.name} is as planned.\n"
    proven(lab)


@contextmanager
def asked(lab: Lab, log: Path) -> Iterator[None]:
    """Ask the service at the port of every node, PACE times a second, and write down what came."""
    urls = [f"http://{address}:{PORT}/health" for address in nodes(lab).values()]
    words = lab.words(sys.executable, str(HERE / "asking.py"), str(PACE), *urls)
    with log.open("w") as output, subprocess.Popen(words, stdin=subprocess.PIPE, stdout=output) as process:
        yield
        assert process.poll() is None
        assert process.stdin
        process.stdin.close()


def turns(events: list[Event]) -> dict[str, tuple[float, float]]:
    """Return when each machine's turn began and ended: its drain, its kubelet, its uncordon."""
    begun = {
        place(each)[1]: each["at"] for each in events if each["event"] == "TaskStarted" and place(each)[0] in TURNS
    }
    ended = {
        place(each)[1]: each["at"] for each in events if each["event"] == "TaskFinished" and place(each)[0] in TURNS
    }
    return {machine: (at, ended[machine]) for machine, at in begun.items()}


def test_a_service_is_there_all_the_time(fresh: Maker, tmp_path: Path) -> None:
    network = {"first_address": BACKENDS[0].partition(":")[0], "control_plane_endpoint": ENDPOINT}
    lab = former(fresh, "forward", machines={"control_planes": 3, "workers": 2}, network=network)
    manifest, log = tmp_path / "web.yaml", tmp_path / "asked"
    manifest.write_text(yaml.safe_dump_all(WEB))
    with balanced():
        lab.up()
        assert versions(lab) == {"v1.36.3"}
        lab.kubectl("apply", "-f", str(manifest))
        until(
            lambda: (lab.kubectl("get", "deployment", "web", "-o", "jsonpath={.status.availableReplicas}") == "2", "")
        )
        with asked(lab, log), running(lab, "upgrade", lab.name, "--yes") as run:
            assert run.end(timeout=2400) == 0
        phases = turns(run.events)
        assert set(phases) == set(nodes(lab))
        upgraded(lab)
        lab.kubetui("destroy", lab.name, "--yes")
    answers = [line.split(" ", 2) for line in log.read_text().splitlines()]
    for machine, (begin, end) in phases.items():
        came = Counter(said == "ok" for at, _, said in answers if begin <= float(at) <= end)
        print(f"{machine}: {end - begin:.0f} s, {came[True]} answered, {came[False]} failed")  # noqa: T201
        # the pace was kept, so that a failure would have been seen
        assert sum(came.values()) > PACE * (end - begin) * 0.9
        assert came[False] <= max(1, sum(came.values()) / 1000)
    said = Counter(said for at, _, said in answers if said != "ok")
    print(f"all the while: {len(answers)} requests, failed: {dict(said)}")  # noqa: T201


def test_an_upgrade_goes_on_after_kills(fresh: Maker) -> None:
    lab, chance = former(fresh, "onward", machines={"workers": 1}), random.Random(36)  # noqa: S311 - the same each time
    lab.up()
    began, reached = time.monotonic(), []
    for _ in range(10):
        with running(lab, "upgrade", lab.name, "--yes", killed=True) as run:
            assert any(each["event"] == "TaskStarted" for each in run)
            time.sleep(chance.uniform(0, 45))
            if run.code is None:
                run.signal(signal.SIGKILL)
            run.end()
        reached.append(place(run.events[-1])[0])
        if not (lab.folder / "upgrade.yaml").exists():
            break
        # meanwhile nothing else is begun with it
        assert "UPGRADE-PENDING" in lab.refused(*lab.command("start", lab.name))
    lab.kubetui("upgrade", lab.name, "--yes", check=(lab.folder / "upgrade.yaml").exists())
    print(f"cut {len(reached)} times, at {reached}, {time.monotonic() - began:.0f} s in all")  # noqa: T201
    upgraded(lab)
    assert "UPGRADE-BACK" in lab.refused(*lab.command("upgrade", lab.name, "--to", "1.36"))
    assert "UPGRADE-SKIP" in lab.refused(*lab.command("upgrade", lab.name, "--to", "1.39"))
    lab.kubetui("destroy", lab.name, "--yes")
