"""The judges of a cluster that a person makes by hand: what is missing is said with the option that mends it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from kubetui.base.text import LineSink
from kubetui.engine.step import Run, Task
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.remote.node import Result
from kubetui.steps.build import STEPS
from tests.fakes import Bench
from tests.plans import plan
from tests.steps.box import Box

PATCHES = {"patches": [{"kind": "KubeletConfiguration", "maxPods": 50, "failCgroupV1": False}]}
STORED = """apiServer: {}
clusterName: kubernetes
networking:
  dnsDomain: cluster.local
  podSubnet: 10.244.0.0/16
  serviceSubnet: 10.96.0.0/12
"""
KUBELET = "failCgroupV1: false\nkind: KubeletConfiguration\nmaxPods: 50\n"
SERVER = "    - --advertise-address=192.168.56.101\n"
NAMES, ADDRESS, TAINTS = "kubmaster", "192.168.56.101", "node-role.kubernetes.io/control-plane"


@dataclass
class BoxNode:
    """A node whose commands run in a box."""

    box: Box

    async def run(self, command: Command, log: LineSink | None = None) -> Result:
        del log
        done = self.box.run(command)
        return Result(done.returncode, tuple((done.stdout + done.stderr).splitlines()))

    async def read(self, command: Command, log: LineSink | None = None) -> str:
        del log
        return self.box.run(command).stdout

    async def carry_out(self, task: str, command: Command, log: LineSink) -> Result:
        del task
        return await self.run(command, log)

    async def close(self) -> None:
        pass


def kubectl(box: Box, **said: str) -> None:
    """Let kubectl answer for a right cluster, but for what is `said`."""
    text = {
        "ready": "ok",
        "stored": STORED,
        "names": NAMES,
        "address": ADDRESS,
        "taints": TAINTS,
        "kubelet": KUBELET,
    } | said
    for name, each in text.items():
        box.write(f"tmp/{name}", each)
    box.program(
        "kubectl",
        "case $* in *readyz*) which=ready ;; *kubeadm-config*) which=stored ;; *kubelet-config*) which=kubelet ;;\n"
        "*taints*) which=taints ;; *InternalIP*) which=address ;; *'get nodes'*) which=names ;; esac\n"
        'cat "$ROOT/tmp/$which"',
    )


async def lacks(box: Box, step: str, made: Plan, machine: int = 0) -> str:
    """Return what a step's judge says."""
    bench = Bench(made, STEPS)
    run: Run = replace(bench.run, nodes={each.name: BoxNode(box) for each in made.machines})
    found = next(each for each in STEPS if each.name == step)
    assert found.turn
    assert found.turn.judge
    return await found.turn.judge(Task(run, found, made.machines[machine], print))


@pytest.fixture
def made(box: Box) -> Box:
    box.write("etc/kubernetes/admin.conf", "")
    box.write("etc/kubernetes/manifests/kube-apiserver.yaml", SERVER)
    return box


async def test_a_control_plane_made_by_options_is_right(made: Box) -> None:
    kubectl(made)
    assert await lacks(made, "init", plan(kubernetes=PATCHES)) == ""


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ({"ready": ""}, "the API server does not answer"),
        (
            {"stored": STORED.replace("244", "99")},
            "podSubnet is 10.99.0.0/16, and 10.244.0.0/16 was planned: kubeadm init --pod",
        ),
        ({"stored": STORED.replace("96", "97")}, "serviceSubnet is 10.97.0.0/12"),
        ({"names": "other"}, "there is no node kubmaster, only other: kubeadm with --node-name=kubmaster"),
        ({"address": "10.0.2.15"}, "the INTERNAL-IP of kubmaster is 10.0.2.15, and 192.168.56.101 was planned"),
        ({"kubelet": KUBELET.replace("50", "110")}, 'the ConfigMap kubelet-config lacks "maxPods: 50"'),
    ],
)
async def test_what_a_control_plane_lacks_is_said(made: Box, said: dict[str, str], missing: str) -> None:
    kubectl(made, **said)
    assert (await lacks(made, "init", plan(kubernetes=PATCHES))).startswith(missing)


async def test_a_control_plane_alone_has_to_take_pods(made: Box) -> None:
    kubectl(made)
    assert "kubectl taint node kubmaster" in await lacks(made, "init", plan(workers=0))
    kubectl(made, taints="")
    assert await lacks(made, "init", plan(workers=0)) == ""


async def test_an_api_server_has_to_give_the_planned_address(made: Box) -> None:
    kubectl(made)
    made.write("etc/kubernetes/manifests/kube-apiserver.yaml", "    - --advertise-address=10.0.2.15\n")
    assert (await lacks(made, "init", plan())).endswith("kubeadm init --apiserver-advertise-address=192.168.56.101")


async def test_without_a_control_plane_there_is_nothing_to_judge(box: Box) -> None:
    assert (await lacks(box, "init", plan())).startswith("there is no control plane yet")


CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


async def test_a_worker_is_judged_on_itself_and_in_the_cluster(box: Box) -> None:
    kubectl(box, names="kubmaster kubnode1", address="192.168.56.102")
    assert (await lacks(box, "join", plan(), 1)).startswith("it has not joined yet")
    box.write("etc/kubernetes/pki/ca.crt", CERTIFICATE)
    box.write("etc/kubernetes/kubelet.conf", "    server: https://10.0.2.15:6443\n")
    assert "asks https://10.0.2.15:6443, and https://192.168.56.101:6443 was" in await lacks(box, "join", plan(), 1)
    box.write("etc/kubernetes/kubelet.conf", "    server: https://192.168.56.101:6443\n")
    assert await lacks(box, "join", plan(), 1) == ""
    box.program("systemctl", "exit 3")
    assert (await lacks(box, "join", plan(), 1)).startswith("the kubelet does not run")
    box.program("systemctl")
    kubectl(box, names="kubmaster stranger")
    assert (await lacks(box, "join", plan(), 1)).startswith("there is no node kubnode1, only kubmaster stranger")


NETWORK = '{"Network": "10.244.0.0/16", "Backend": {"Type": "vxlan"}}'


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ({}, ""),
        ({"config": NETWORK.replace("244", "99")}, "flannel's net-conf.json has another Network than the pod CIDR"),
        ({"pods": ""}, "no pod of flannel runs on kubmaster"),
        ({"pods": "False ImagePullBackOff"}, "flannel's pod on kubmaster is not ready: ImagePullBackOff"),
        ({"public": "10.0.2.15"}, "flannel goes between nodes by 10.0.2.15, and 192.168.56.101 was planned"),
        ({"node": "False cni plugin not initialized"}, "kubmaster is not Ready yet: cni plugin not initialized"),
    ],
)
async def test_a_pod_network_is_judged_by_what_it_does(box: Box, said: dict[str, str], missing: str) -> None:
    text = {"config": NETWORK, "pods": "True ", "public": ADDRESS, "node": "True kubelet is ready"} | said
    for name, each in text.items():
        box.write(f"tmp/{name}", each)
    box.program(
        "kubectl",
        "case $* in *--filename=-*) cat >/dev/null; exit ;; *net-conf*) which=config ;; *'get pods'*) which=pods ;;\n"
        "*public-ip*) which=public ;; *Ready*) which=node ;; esac\n"
        'cat "$ROOT/tmp/$which"',
    )
    found = await lacks(box, "network", plan())
    assert found.startswith(missing)
    assert bool(found) is bool(missing)


async def test_an_object_that_is_missing_is_named(box: Box) -> None:
    box.program("kubectl", "cat >/dev/null; echo 'clusterroles \"flannel\" not found' >&2; exit 1")
    assert await lacks(box, "network", plan()) == 'the pod network lacks an object: clusterroles "flannel" not found'
