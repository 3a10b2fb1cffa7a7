"""The proof as a whole, against a cluster that is broken in known ways: each fault is named, and nothing is left."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from kubetui.base.check import Check
from kubetui.base.errors import RunError
from kubetui.base.text import LineSink
from kubetui.cluster.tables import NODES
from kubetui.remote.command import Command
from kubetui.steps.cluster.proof import nodeport, prove
from kubetui.steps.cluster.proof.commands import ASK
from kubetui.steps.cluster.proof.findings import NAMES, names
from kubetui.steps.cluster.proof.scene import Scene
from tests.plans import plan
from tests.steps.cluster.proof.standin import COREDNS, Broken, Machine, proof

MADE = plan()
NODE1, NODE2 = "kubnode1", "kubnode2"


@pytest.fixture(autouse=True)
def reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer for the API server and the node ports, which this host would ask itself."""

    async def ready(_kubeconfig: Path, _patience: float) -> str:
        return "https://192.168.56.101:6443"

    async def call(_place: str, _port: int, _expected: str) -> str:
        return ""

    monkeypatch.setattr(prove, "ready", ready)
    monkeypatch.setattr(nodeport, "_call", call)


def failed(checks: Mapping[str, Check]) -> list[str]:
    return [name for name, check in checks.items() if check.status == "failed"]


async def test_a_healthy_cluster_passes_every_check_in_order(tmp_path: Path) -> None:
    checks, calls = await proof(MADE, Broken(), tmp_path)
    assert tuple(checks) == NAMES
    assert {check.status for check in checks.values()} == {"ok"}
    assert checks["pod-to-pod"].message == "6 connections between pods on 3 nodes, both ways"
    assert checks["dns"].message == "kubernetes.default.svc is 10.96.0.1 from 3 nodes"
    assert calls.count("kubmaster end") == 1
    assert {call for call in calls if call.endswith("stop")} == {f"{each.name} stop" for each in MADE.machines}


async def test_a_cut_link_is_named_with_both_ends(tmp_path: Path) -> None:
    checks, _ = await proof(MADE, Broken(lost={(NODE1, NODE2)}), tmp_path)
    assert failed(checks) == ["pod-to-pod"]
    assert "kubnode1 to kubnode2: no answer, sent via 10.244.2.0 dev flannel.1" in checks["pod-to-pod"].message
    assert "kubnode2 to kubnode1: no answer" in checks["pod-to-pod"].message
    assert "8472" in checks["pod-to-pod"].fix
    assert checks["pod-to-pod"].fix.count("\n") == 0


async def test_a_wrong_route_is_told_from_a_cut_link(tmp_path: Path) -> None:
    wrong = {(NODE1, NODE2): "10.244.2.5 via 10.0.3.1 dev eth0 src 10.0.3.9 uid 0"}
    checks, _ = await proof(MADE, Broken(lost={(NODE1, NODE2)}, routes=wrong), tmp_path)
    assert failed(checks) == ["pod-to-pod"]
    fix = checks["pod-to-pod"].fix
    assert fix.startswith("The route on kubnode1 to the pods of kubnode2 is wrong: it leads via 10.0.3.1 dev eth0")
    assert "spec.nodeName=kubnode1" in fix
    assert "8472" not in fix


async def test_a_network_that_connects_nothing_is_blamed_as_a_whole(tmp_path: Path) -> None:
    names = [machine.name for machine in MADE.machines]
    lost = {(one, other) for one in names for other in names}
    checks, _ = await proof(MADE, Broken(lost=lost), tmp_path)
    assert failed(checks) == ["pod-to-pod"]
    assert "wrong interface" in checks["pod-to-pod"].fix
    assert "br_netfilter" in checks["pod-to-pod"].fix


async def test_a_kernel_that_does_not_forward_is_named(tmp_path: Path) -> None:
    checks, _ = await proof(MADE, Broken(lost={("kubmaster", NODE1)}, closed={NODE1}), tmp_path)
    assert "kubnode1 does not forward packets" in checks["pod-to-pod"].fix


async def test_a_stopped_coredns_is_named(tmp_path: Path) -> None:
    broken = Broken(dns="1 dd: error reading: Connection refused", pods=[()])
    checks, _ = await proof(MADE, broken, tmp_path)
    assert failed(checks) == ["dns"]
    assert checks["dns"].message.startswith("CoreDNS does not run")
    assert "scale deployment coredns" in checks["dns"].fix


async def test_a_coredns_in_a_loop_is_named_with_its_usual_cause(tmp_path: Path) -> None:
    row = COREDNS.replace("1/1 Running 0", "0/1 CrashLoopBackOff 5")
    checks, _ = await proof(MADE, Broken(dns="124 ", pods=[(row,)]), tmp_path)
    assert failed(checks) == ["dns", "trouble"]
    assert "coredns-1 is CrashLoopBackOff" in checks["dns"].message
    assert "Loop" in checks["dns"].fix


async def test_a_service_that_does_not_answer_one_node_is_named(tmp_path: Path) -> None:
    checks, _ = await proof(MADE, Broken(service={NODE2}), tmp_path)
    assert failed(checks) == ["service"]
    assert checks["service"].message == "from kubnode2: the service does not answer (Connection refused)"
    assert "kube-proxy on kubnode2" in checks["service"].fix


async def test_a_node_port_is_named_with_its_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def call(place: str, port: int, expected: str) -> str:
        return f"{place}:{port} does not answer" if expected == NODE1 else ""

    monkeypatch.setattr(nodeport, "_call", call)
    monkeypatch.setattr(nodeport, "PATIENCE", 0.0)
    checks, _ = await proof(MADE, Broken(), tmp_path)
    assert failed(checks) == ["nodeport"]
    assert checks["nodeport"].message == "kubnode1: 192.168.56.102:31234 does not answer"
    assert "30000-32767" in checks["nodeport"].fix


async def test_a_crash_looping_pod_of_any_namespace_fails(tmp_path: Path) -> None:
    row = "shop web-1 0/1 CrashLoopBackOff 3 2m 10.244.1.9 kubnode1 <none> <none>"
    checks, _ = await proof(MADE, Broken(pods=[(COREDNS, row)]), tmp_path)
    assert failed(checks) == ["trouble"]
    assert checks["trouble"].message == "shop/web-1 is in CrashLoopBackOff after 3 restarts, on kubnode1"
    assert checks["trouble"].fix == "See why it ended: kubectl --namespace=shop logs web-1 --previous"


async def test_one_failure_does_not_hide_a_later_one(tmp_path: Path) -> None:
    broken = Broken(
        lost={(NODE1, NODE2)},
        not_ready={NODE2},
        service={NODE1},
        pods=[(COREDNS,), (COREDNS.replace("Running 0", "Running 1"),)],
    )
    checks, calls = await proof(MADE, broken, tmp_path)
    assert failed(checks) == ["nodes", "service", "trouble"]
    assert "kubnode2 is NotReady" in checks["nodes"].message
    assert "restarted during the check" in checks["trouble"].message
    # a node that is not Ready is not waited for
    assert "kubnode2 serve" not in calls


async def test_a_pod_that_does_not_start_is_named_with_its_last_event(tmp_path: Path) -> None:
    checks, _ = await proof(MADE, Broken(idle={NODE1: "0/3 nodes are available: 1 Too many pods."}), tmp_path)
    assert failed(checks) == ["pods"]
    assert checks["pods"].message == "no pod runs on kubnode1: 0/3 nodes are available: 1 Too many pods."
    assert checks["pod-to-pod"].message == "2 connections between pods on 2 nodes, both ways"


async def test_a_machine_out_of_reach_is_named_and_the_others_are_checked(tmp_path: Path) -> None:
    checks, _ = await proof(MADE, Broken(), tmp_path, {NODE2: "kubnode2, a worker, is stopped."})
    assert failed(checks) == ["nodes"]
    assert "SSH does not reach kubnode2: kubnode2, a worker, is stopped" in checks["nodes"].message
    assert checks["pod-to-pod"].message == "2 connections between pods on 2 nodes, both ways"


async def test_without_the_api_server_the_rest_is_not_checked(tmp_path: Path) -> None:
    checks, calls = await proof(MADE, Broken(silent={"nodes": "connection refused"}), tmp_path)
    assert failed(checks) == ["nodes"]
    assert {check.status for name, check in checks.items() if name not in {"api", "nodes"}} == {"not checked"}
    assert "kubmaster begin" not in calls


@pytest.mark.parametrize(("patience", "wanted"), [(60.0, []), (0.0, ["nodes"])])
async def test_an_api_server_that_restarts_is_waited_for_while_the_patience_lasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patience: float, wanted: list[str]
) -> None:
    refusals = ["connection refused", "connection refused"]

    class Restarting(Machine):
        async def read(self, command: Command, log: LineSink | None = None) -> str:
            if command.script == NODES and refusals:
                raise RunError(refusals.pop())
            return await super().read(command, log)

    monkeypatch.setattr(prove, "_PAUSE", 0.0)
    nodes = {each.name: Restarting(MADE, each.name, Broken(), []) for each in MADE.machines}
    scene = Scene(MADE, MADE.machines, nodes, tmp_path / "kubeconfig", lambda _check: None, patience=patience)
    assert failed({check.name: check for check in await prove.prove(scene)}) == wanted


async def test_when_no_pod_can_be_made_the_checks_with_pods_say_so(tmp_path: Path) -> None:
    checks, calls = await proof(MADE, Broken(silent={"begin": "quota exceeded"}), tmp_path)
    assert failed(checks) == ["pods"]
    assert "quota exceeded" in checks["pods"].message
    assert {checks[name].status for name in ("pod-to-pod", "dns", "service", "nodeport")} == {"not checked"}
    assert checks["trouble"].status == "ok"
    assert "kubmaster end" in calls


async def test_a_single_node_has_no_pairs(tmp_path: Path) -> None:
    checks, _ = await proof(plan(workers=0), Broken(), tmp_path)
    assert checks["pod-to-pod"].status == "not checked"
    assert {check.status for name, check in checks.items() if name != "pod-to-pod"} == {"ok"}


async def test_a_cancelled_proof_removes_its_pods(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asking, calls = asyncio.Event(), list[str]()

    class Waiting(Machine):
        async def read(self, command: Command, log: LineSink | None = None) -> str:
            if command.script == ASK:
                asking.set()
                await asyncio.Event().wait()
            return await super().read(command)

    nodes = {each.name: Waiting(MADE, each.name, Broken(), calls) for each in MADE.machines}
    scene = Scene(MADE, MADE.machines, nodes, tmp_path / "kubeconfig", lambda _check: None)
    task = asyncio.create_task(prove.prove(scene))
    await asyncio.wait_for(asking.wait(), 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "kubmaster end" in calls
    assert "kubnode2 stop" in calls


async def test_an_api_server_that_this_host_cannot_reach_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ready(_kubeconfig: Path, _patience: float) -> str:
        raise RunError("The API server cannot be reached.", fix="Look for a VPN.")

    monkeypatch.setattr(prove, "ready", ready)
    checks, _ = await proof(MADE, Broken(), tmp_path)
    assert failed(checks) == ["api"]
    assert checks["api"].fix == "Look for a VPN."


ENFORCING = plan(network={"pod_network": "kube-router"})
BARE = plan(network={"pod_network": "none"})


async def test_a_network_with_policies_has_one_check_more(tmp_path: Path) -> None:
    checks, calls = await proof(ENFORCING, Broken(), tmp_path)
    assert tuple(checks) == names(policies=True) == (*NAMES[:-1], "policy", "trouble")
    assert {check.status for check in checks.values()} == {"ok"}
    said = "a NetworkPolicy keeps the pod on kubmaster from the one on kubnode2, and not the other way"
    assert checks["policy"].message == said
    # the policy goes before the pods that it is about
    assert calls.index("kubmaster deny") < calls.index("kubmaster allow") < calls.index("kubmaster end")
    assert {call for call in calls if call.endswith("try")} == {"kubmaster try", "kubnode2 try"}


@pytest.mark.parametrize(
    ("wanted", "found", "said"),
    [
        ("blocked", "answered", "a NetworkPolicy lets nobody call the pod on kubnode2, and the one on kubmaster"),
        ("answered", "blocked", "the pod on kubmaster no longer answers the one on kubnode2, which no policy forbids"),
    ],
)
async def test_a_policy_that_is_not_enforced_fails(tmp_path: Path, wanted: str, found: str, said: str) -> None:
    checks, _ = await proof(ENFORCING, Broken(policy={wanted: found}), tmp_path)
    assert failed(checks) == ["policy"]
    assert said in checks["policy"].message
    assert "--selector=k8s-app=kube-router" in checks["policy"].fix


async def test_a_policy_that_cannot_be_made_fails_alone(tmp_path: Path) -> None:
    checks, calls = await proof(ENFORCING, Broken(silent={"deny": "quota exceeded"}), tmp_path)
    assert failed(checks) == ["policy"]
    assert "quota exceeded" in checks["policy"].message
    assert "kubmaster allow" in calls


async def test_policies_are_not_tried_where_nothing_could_be_told(tmp_path: Path) -> None:
    checks, calls = await proof(ENFORCING, Broken(lost={(NODE1, NODE2)}), tmp_path)
    assert failed(checks) == ["pod-to-pod"]
    assert checks["policy"].status == "not checked"
    assert "kubmaster deny" not in calls
    alone = plan(workers=0, network={"pod_network": "kube-router"})
    checks, _ = await proof(alone, Broken(), tmp_path)
    assert checks["policy"].message == "it takes the pods of two nodes"


async def test_advice_names_the_network_that_is_there(tmp_path: Path) -> None:
    checks, _ = await proof(ENFORCING, Broken(lost={(NODE1, NODE2)}), tmp_path)
    assert "kube-router's BGP needs TCP port 179" in checks["pod-to-pod"].fix
    own = plan(network={"pod_network": "manifest", "manifest": {"path": "net.yaml"}})
    checks, _ = await proof(own, Broken(lost={(NODE1, NODE2)}), tmp_path)
    assert "flannel" not in checks["pod-to-pod"].fix.replace("flannel.1", "")


async def test_without_a_pod_network_the_proof_says_what_it_cannot_check(tmp_path: Path) -> None:
    waiting = "kube-system coredns-1 0/1 Pending 0 9m <none> <none> <none> <none>"
    broken = Broken(not_ready={each.name for each in BARE.machines}, pods=[(waiting,)])
    checks, calls = await proof(BARE, broken, tmp_path)
    assert failed(checks) == []
    assert checks["nodes"].status == "warning"
    assert "kubnode1 is NotReady: there is no pod network yet" in checks["nodes"].message
    assert "kubetui check lab" in checks["nodes"].fix
    unknown = {name for name, check in checks.items() if check.message == "there is no pod network yet"}
    assert unknown == {"pods", "pod-to-pod", "dns", "service", "nodeport"}
    assert checks["trouble"].status == "ok"
    assert "kubmaster begin" not in calls


async def test_once_a_person_installed_a_pod_network_everything_is_checked(tmp_path: Path) -> None:
    checks, _ = await proof(BARE, Broken(), tmp_path)
    assert {check.status for check in checks.values()} == {"ok"}
    checks, _ = await proof(BARE, Broken(not_ready={NODE2}), tmp_path)
    assert failed(checks) == ["nodes"]


MEASURED = plan(addons=["metrics"])


async def test_a_cluster_with_metrics_has_one_check_more(tmp_path: Path) -> None:
    checks, _ = await proof(MEASURED, Broken(), tmp_path)
    assert tuple(checks) == names(policies=False, metrics=True) == ("api", "nodes", "metrics", *NAMES[2:])
    assert {check.status for check in checks.values()} <= {"ok", "not checked"}
    assert checks["metrics"].message == "kubectl top tells what 3 nodes use, asked over verified connections"


@pytest.mark.parametrize(
    ("said", "status", "message", "fix"),
    [
        ("lacks nothing is known yet of what kubnode1 uses", "failed", "nothing is known", "kubetui mend lab"),
        ("fits csr-1", "warning", "a kubelet waits until somebody approves its request csr-1", "kubetui mend lab"),
        (
            "csr-2 it names DNS:kubernetes",
            "warning",
            "csr-2 for a serving certificate waits: it names",
            "kubectl describe",
        ),
    ],
)
async def test_what_metrics_lack_and_what_waits_is_named(
    tmp_path: Path, said: str, status: str, message: str, fix: str
) -> None:
    checks, _ = await proof(MEASURED, Broken(metrics=f"{said}\n"), tmp_path)
    found = checks["metrics"]
    assert (found.status, message in found.message, fix in found.fix) == (status, True, True)


async def test_metrics_that_cannot_be_asked_for_are_not_checked(tmp_path: Path) -> None:
    checks, _ = await proof(MEASURED, Broken(silent={"metrics": "no answer"}), tmp_path)
    assert (checks["metrics"].status, checks["metrics"].message) == ("not checked", "no answer")
