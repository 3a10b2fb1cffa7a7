"""Machines that join a running cluster and leave it: alive, killed, hanging, and while kubetui is killed.

What runs on the cluster goes on meanwhile: a Deployment, and a writer that counts what the API server acknowledged.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from tests.e2e.conftest import Lab, Maker
from tests.e2e.faults import Container
from tests.e2e.record import BACKENDS, ENDPOINT, balanced
from tests.e2e.running import running
from tests.e2e.test_exercises import until
from tests.e2e.test_power import proven
from tests.e2e.test_up import nodes

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

REPLICAS = 2
IMAGE = "10.0.3.1:5000/pause:3.10.2"
WEB = [
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "replicas": REPLICAS,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "web", "image": IMAGE}]},
            },
        },
    },
    {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "web"},
        "spec": {"minAvailable": REPLICAS - 1, "selector": {"matchLabels": {"app": "web"}}},
    },
]


def serve(lab: Lab, folder: Path) -> None:
    path = folder / "web.yaml"
    path.write_text(yaml.safe_dump_all(WEB))
    lab.kubectl("apply", "-f", str(path))
    full(lab)


def available(lab: Lab) -> int:
    return int(lab.kubectl("get", "deployment", "web", "-o", "jsonpath={.status.availableReplicas}") or 0)


def full(lab: Lab) -> None:
    until(lambda: (available(lab) == REPLICAS, lab.kubectl("get", "pods", "-o", "wide")))


@contextmanager
def repeated(act: Callable[[], None]) -> Iterator[None]:
    """Do something again and again, in a thread of its own, until the block ends."""
    over, failures = threading.Event(), []

    def work() -> None:
        while not over.is_set():
            try:
                act()
            except Exception as error:  # noqa: BLE001 - raised where the test sees it
                failures.append(error)
                return
            over.wait(0.3)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    assert not failures, failures


def removed(lab: Lab, machine: str, *words: str) -> None:
    """Remove a machine, and see that nothing is left of it, neither in the cluster nor on the host."""
    left = {name for name in nodes(lab) if name != machine}
    assert "is ready" in lab.kubetui("node", "remove", lab.name, machine, "--yes", *words)
    assert set(nodes(lab)) == left
    assert set(lab.machines()) == left
    assert Container(lab, machine).name not in lab.run("lxc-ls")
    assert not (lab.folder / "leaving.yaml").exists()
    proven(lab)


def home_of_web(lab: Lab) -> str:
    """Return a worker on which a replica runs."""
    return lab.kubectl("get", "pods", "--selector=app=web", "-o", "jsonpath={.items[0].spec.nodeName}")


def test_workers_come_and_go_under_a_deployment(fresh: Maker, tmp_path: Path) -> None:
    lab = fresh("grows", machines={"workers": 1})
    lab.up()
    serve(lab, tmp_path)
    lab.kubetui("node", "add", lab.name, "--count", "2", "--yes")
    assert set(nodes(lab)) == {"kubmaster", "kubnode1", "kubnode2", "kubnode3"}
    addresses, seen = nodes(lab), []
    # both replicas are on kubnode1, and the budget lets one go at a time
    with repeated(lambda: seen.append(available(lab))):
        removed(lab, "kubnode1")
    assert min(seen) >= REPLICAS - 1
    full(lab)

    lab.kubetui("node", "add", lab.name, "--yes")
    assert nodes(lab) == addresses
    killed = home_of_web(lab)
    lab.run("lxc-stop", "--kill", "--name", Container(lab, killed).name)
    removed(lab, killed)
    full(lab)

    lab.kubetui("node", "add", lab.name, "--yes")
    assert nodes(lab) == addresses
    hanging = home_of_web(lab)
    lab.run("lxc-freeze", "--name", Container(lab, hanging).name)
    removed(lab, hanging, "--timeout", "20")
    full(lab)
    lab.kubetui("destroy", lab.name, "--yes")


def test_a_removal_goes_on_after_a_kill_at_any_moment(fresh: Maker) -> None:
    lab, chance = fresh("cut", machines={"workers": 2}), random.Random(15)  # noqa: S311 - moments, the same each time
    lab.up()
    for _ in range(6):
        command = ("node", "remove", lab.name, "kubnode1", "--yes")
        with running(lab, *command, killed=True) as run:
            assert any(each["event"] == "TaskStarted" for each in run)
            time.sleep(chance.uniform(0, 20))
            if run.code is None:
                run.signal(signal.SIGKILL)
            run.end()
        if "kubnode1" in lab.run("lxc-ls") or (lab.folder / "leaving.yaml").exists():
            lab.kubetui(*command)
        assert set(nodes(lab)) == {"kubmaster", "kubnode2"}
        lab.kubetui("node", "add", lab.name, "--yes")
        assert set(nodes(lab)) == {"kubmaster", "kubnode1", "kubnode2"}
        proven(lab)
    lab.kubetui("destroy", lab.name, "--yes")


def etcd(lab: Lab, *words: str) -> str:
    pki = "/etc/kubernetes/pki/etcd"
    keys = (f"--cacert={pki}/ca.crt", f"--cert={pki}/server.crt", f"--key={pki}/server.key")
    return lab.kubectl("exec", "--namespace=kube-system", "etcd-kubmaster", "--", "etcdctl", *keys, *words)


def members(lab: Lab) -> set[str]:
    """Return etcd's members, all of which are healthy."""
    listed = json.loads(etcd(lab, "member", "list", "--write-out=json"))["members"]
    health = json.loads(etcd(lab, "endpoint", "health", "--cluster", "--write-out=json"))
    assert all(each["health"] for each in health)
    assert len(health) == len(listed)
    return {each["name"] for each in listed}


class Writer:
    """Writes objects one after the other, and remembers those that the API server acknowledged."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._number = 0
        self.acknowledged: set[str] = set()
        self.refused: list[str] = []

    def write(self) -> None:
        self._number += 1
        name = f"written-{self._number}"
        words = self._lab.words("kubectl", "create", "configmap", name, "--request-timeout=10s")
        done = subprocess.run(words, env=self._lab.environment, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            self.acknowledged.add(name)
        else:
            self.refused.append(done.stderr)

    def lost(self) -> set[str]:
        there = self._lab.kubectl("get", "configmaps", "-o", "jsonpath={.items[*].metadata.name}").split()
        return self.acknowledged - set(there)


def test_control_planes_come_and_go_under_a_writer(fresh: Maker) -> None:
    network = {"first_address": BACKENDS[0].partition(":")[0], "control_plane_endpoint": ENDPOINT}
    lab = fresh("quorum", machines={"control_planes": 3, "workers": 1}, network=network)
    with balanced():
        lab.up()
        addresses, writer = nodes(lab), Writer(lab)
        with repeated(writer.write):
            removed(lab, "kubmaster3")
            assert members(lab) == {"kubmaster", "kubmaster2"}
            removed(lab, "kubmaster2")
            assert members(lab) == {"kubmaster"}
            lab.kubetui("node", "add", lab.name, "--control-plane", "--count", "2", "--yes")
            assert members(lab) == {"kubmaster", "kubmaster2", "kubmaster3"}
        assert nodes(lab) == addresses
        assert len(writer.acknowledged) > 50
        assert writer.lost() == set()

        # one that is dead leaves etcd, too; without it, another one may not go
        lab.run("lxc-stop", "--kill", "--name", Container(lab, "kubmaster2").name)
        refused = lab.refused(*lab.command("node", "remove", lab.name, "kubmaster3", "--yes"))
        assert "ETCD-QUORUM" in refused
        removed(lab, "kubmaster2")
        assert members(lab) == {"kubmaster", "kubmaster3"}
        assert writer.lost() == set()
        lab.kubetui("destroy", lab.name, "--yes")
    print(f"{len(writer.acknowledged)} acknowledged, {len(writer.refused)} refused: {writer.refused[:3]}")  # noqa: T201
