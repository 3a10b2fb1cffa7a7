"""The wait for a cluster: for its nodes, its pods, and for fresh news of machines that have started again."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kubetui.base.errors import RunError
from kubetui.remote.command import Command
from kubetui.steps.cluster import check
from kubetui.steps.cluster.check import BOOTED, _seen_here, _waiting
from tests.plans import plan
from tests.steps.box import Box

NODES = "kubmaster 192.168.56.101 True\nkubnode1 192.168.56.102 True\n"
STATIC = "kube-system|etcd-kubmaster|Node|Running|False|kubmaster|2026-11-28T05:00:00Z"
FLANNEL = "kube-flannel|kube-flannel-ds-a|DaemonSet|Running|True|kubnode1|"
STALE, FRESH = "2026-11-28T05:40:00Z", "2026-11-28T05:50:09Z"
BOOT = "kubnode1 2026-11-28T05:50:00Z"


def waited(box: Box, *answers: str, booted: str = "", nodes: str = NODES) -> subprocess.CompletedProcess[str]:
    """Run the wait; kubectl answers with these lists of pods one after the other, and then with the last one again."""
    for number, answer in enumerate(answers, 1):
        box.write(f"pods{number}", f"{STATIC}\n{answer}\n")
    box.write("nodes", nodes)
    box.program(
        "kubectl",
        'if [[ $2 == nodes ]]; then cat "$ROOT/nodes"; exit; fi\n'
        'count=$(cat "$ROOT/count" 2>/dev/null || echo 0)\n'
        f"((count == {len(answers)})) || count=$((count + 1))\n"
        'echo "$count" >"$ROOT/count"\ncat "$ROOT/pods$count"\n',
    )
    command = _waiting(plan(workers=1), booted)
    return box.run(Command(command.script, {**command.values, "LIMIT": "2"}))


def test_a_cluster_that_is_ready_is_not_waited_for(box: Box) -> None:
    done = waited(box, FLANNEL + STALE)
    assert done.returncode == 0, done.stderr
    assert "waiting" not in done.stdout


def test_news_from_before_a_machine_started_again_do_not_count(box: Box) -> None:
    done = waited(box, FLANNEL + STALE, FLANNEL + FRESH, booted=BOOT)
    assert done.returncode == 0, done.stderr
    assert "waiting: nothing is known yet of pod kube-flannel-ds-a since kubnode1 started\n" in done.stdout


def test_another_machines_start_does_not_matter(box: Box) -> None:
    assert "waiting" not in waited(box, FLANNEL + STALE, booted=BOOT.replace("kubnode1", "kubmaster")).stdout


@pytest.mark.parametrize(
    "pod",
    [
        "kube-flannel|kube-flannel-ds-a|DaemonSet|Running|False|kubnode1|" + FRESH,
        "kube-flannel|kube-flannel-ds-a|DaemonSet|Pending||kubnode1|",
        "kube-system|etcd-kubnode1|Node|Pending|True|kubnode1|",
        # nobody's pod
        "kube-system|lonely||Running|False|kubnode1|" + FRESH,
    ],
)
def test_a_pod_that_is_not_ready_is_waited_for(box: Box, pod: str) -> None:
    done = waited(box, pod, FLANNEL + FRESH, booted=BOOT)
    assert done.returncode == 0, done.stderr
    assert f"waiting: pod {pod.split('|')[1]} is not ready\n" in done.stdout


def test_pods_of_people_do_not_matter(box: Box) -> None:
    assert "waiting" not in waited(box, "default|mine|ReplicaSet|Pending||kubnode1|").stdout


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ("kubmaster 192.168.56.101 True\n", "kubnode1 is not in the cluster"),
        (NODES.replace("56.102 True", "56.102 False"), "kubnode1 is not Ready"),
        (NODES.replace("56.102", "56.9"), "kubnode1 has the INTERNAL-IP 192.168.56.9, and 192.168.56.102 was planned"),
    ],
)
def test_a_node_that_is_not_as_planned(box: Box, nodes: str, said: str) -> None:
    done = waited(box, FLANNEL + FRESH, nodes=nodes)
    assert done.returncode == 1
    assert f"after 2 s: {said}" in done.stderr


def test_a_machine_tells_when_it_booted(box: Box) -> None:
    box.program("systemctl", 'echo "Sat 2026-11-28 05:50:00 $TZ"')
    assert box.run(Command(BOOTED)).stdout == "2026-11-28T05:50:00Z\n"


@pytest.mark.parametrize(("gone", "asked"), [(0, 1), (1, 2), (2, 2)])
async def test_an_api_server_that_goes_away_after_the_wait_is_waited_for_once_more(
    monkeypatch: pytest.MonkeyPatch, gone: int, asked: int
) -> None:
    waits: list[int] = []
    said: list[str] = []
    answers = [*[False] * gone, True]

    async def ready(_kubeconfig: Path, _patience: float) -> str:
        if not answers.pop(0):
            raise RunError("It refuses.", id="API-UNREACHABLE")
        return "https://192.168.56.101:6443"

    async def waited() -> None:
        waits.append(1)

    monkeypatch.setattr(check, "ready", ready)
    seen = _seen_here(waited, Path("kubeconfig"), said.append)
    if gone < 2:
        assert await seen == "https://192.168.56.101:6443"
    else:
        with pytest.raises(RunError, match="refuses"):
            await seen
    assert len(waits) == asked
    assert said == ["It refuses. The machines are asked again whether it runs."] * (gone > 0)


BARE = "kubmaster 192.168.56.101\nkubnode1 192.168.56.102\n"
PROXY = "kube-proxy-a|DaemonSet|Running|True"


def waited_bare(box: Box, pods: str, nodes: str = BARE) -> subprocess.CompletedProcess[str]:
    """Run the wait of a cluster that has no pod network."""
    box.write("pods", f"etcd-kubmaster|Node|Running|False\n{pods}\n")
    box.write("nodes", nodes)
    box.program("kubectl", 'cat "$ROOT/$2"')
    command = _waiting(plan(workers=1, network={"pod_network": "none"}))
    return box.run(Command(command.script, {**command.values, "LIMIT": "0"}))


def test_without_a_pod_network_nobody_waits_for_ready_nodes(box: Box) -> None:
    done = waited_bare(box, PROXY)
    assert done.returncode == 0, done.stderr
    assert "every node is in the cluster" in done.stdout


@pytest.mark.parametrize(
    ("nodes", "pods", "said"),
    [
        (BARE.splitlines()[0] + "\n", PROXY, "kubnode1 is not in the cluster"),
        (BARE.replace("56.102", "56.9"), PROXY, "kubnode1 has the INTERNAL-IP 192.168.56.9, and 192.168.56.102"),
        (BARE, PROXY.replace("True", "False"), "pod kube-proxy-a is not ready"),
    ],
)
def test_without_a_pod_network_the_rest_is_waited_for(box: Box, nodes: str, pods: str, said: str) -> None:
    done = waited_bare(box, pods, nodes)
    assert done.returncode != 0
    assert said in done.stderr + done.stdout
