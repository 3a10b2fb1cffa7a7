"""How single answers are judged: tables of nodes and pods, name servers' replies, and who asks whom."""

import base64
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.software.networks.flannel import FLANNEL
from kubetui.steps.cluster.proof import dns, state, traffic
from kubetui.steps.cluster.proof.findings import MOST, Problem, not_checked, verdict
from tests.plans import plan
from tests.steps.cluster.proof.standin import COREDNS, reply, table

KUBERNETES = IPv4Address("10.96.0.1")
NODE = "kubnode1 <none> <none>"


def trouble(*rows: str, before: tuple[str, ...] | None = None) -> tuple[str, str]:
    pods = state.pods_of(table(*rows))
    check = state.judge_trouble(pods if before is None else state.pods_of(table(*before)), pods, 30.0)
    return check.status, check.message


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("shop web-1 1/1 Running 0 5d 10.244.1.2", "ok"),
        ("shop job-1 0/1 Completed 0 5d 10.244.1.2", "ok"),
        ("shop web-1 0/1 Terminating 0 5d 10.244.1.2", "ok"),
        ("shop web-1 0/1 Pending 0 10s <none>", "ok"),
        ("shop web-1 0/1 Pending 0 5m <none>", "warning"),
        ("shop web-1 0/1 Init:0/2 0 5m <none>", "warning"),
        ("kube-system dns-1 0/1 Pending 0 5m <none>", "failed"),
        ("kube-flannel kube-flannel-ds-1 0/1 ContainerCreating 0 5m <none>", "failed"),
        ("shop web-1 0/1 Running 0 5m 10.244.1.2", "warning"),
        ("kube-system dns-1 0/1 Running 0 5m 10.244.1.2", "failed"),
        ("kube-system etcd-kubnode1 0/1 Running 0 5m 192.168.56.101", "ok"),
        ("shop web-1 0/1 ImagePullBackOff 0 10s 10.244.1.2", "failed"),
        ("shop web-1 0/1 ErrImagePull 0 10s 10.244.1.2", "failed"),
        ("shop web-1 0/1 Error 0 10s 10.244.1.2", "failed"),
        ("shop web-1 0/1 Init:CrashLoopBackOff 4 10s 10.244.1.2", "failed"),
        ("shop web-1 0/1 CreateContainerConfigError 0 10s 10.244.1.2", "failed"),
    ],
)
def test_a_pod_is_in_trouble_when_it_fails_or_when_the_system_waits_for_it(row: str, expected: str) -> None:
    assert trouble(f"{row} {NODE}")[0] == expected


def test_a_restart_during_the_check_is_trouble_and_an_earlier_one_is_not() -> None:
    row = "kube-system dns-1 1/1 Running {} 5m 10.244.1.2 " + NODE
    assert trouble(row.format(7), before=(row.format(7),))[0] == "ok"
    assert trouble(row.format(7), before=(row.format(6),)) == (
        "failed",
        "kube-system/dns-1 restarted during the check, on kubnode1",
    )


@pytest.mark.parametrize(("ago", "expected"), [("29s", "failed"), ("45s", "ok"), ("3m", "ok")])
def test_a_restart_that_the_kubelet_told_late_is_not_of_the_check(ago: str, expected: str) -> None:
    row = "kube-system etcd-kubnode1 1/1 Running {} 5m 192.168.56.101 " + NODE
    (before,) = state.pods_of(table(row.format(0)))
    after = state.pods_of(table(row.format(0)).replace("0             ", f"1 ({ago} ago)    "[:14].ljust(14), 1))
    assert after[0].restarts == 1
    assert state.judge_trouble([before], after, 30.0).status == expected


def test_kubectls_own_words_about_earlier_restarts_are_read() -> None:
    text = table("shop web-1 1/1 Running 0 5m 10.244.1.2 " + NODE).replace("0             ", "5 (3m ago)    ", 1)
    assert [pod.restarts for pod in state.pods_of(text)] == [5]


def test_the_proofs_own_pods_are_left_out() -> None:
    assert trouble(COREDNS, "kube-system kubetui-proof-1-abcde 0/1 Error 0 5m 10.244.1.2 " + NODE)[0] == "ok"


def test_nodes_are_compared_with_the_plan() -> None:
    made = plan(workers=2)
    text = (
        "NAME       STATUS                     INTERNAL-IP\n"
        "kubmaster  Ready                      192.168.56.101\n"
        "kubnode1   Ready,SchedulingDisabled   10.0.2.15\n"
        "stranger   NotReady                   192.168.56.109\n"
    )
    check = state.judge_nodes(text, made.machines, {}, "lab")
    assert check.status == "failed"
    assert check.message == (
        "kubnode1 has the INTERNAL-IP 10.0.2.15, and 192.168.56.102 was planned; kubnode2 is not in the cluster"
    )
    assert "kubetui start lab" in check.fix
    assert state.ready_nodes(text) == {"kubmaster": "192.168.56.101", "kubnode1": "10.0.2.15"}


@given(st.integers(1, 120))
def test_every_node_asks_and_is_asked_and_the_number_grows_with_the_nodes(count: int) -> None:
    names = [f"node{number}" for number in range(count)]
    chosen = traffic.targets(names)
    pairs = {(node, target) for node, targets in chosen.items() for target in targets}
    assert all(node != target for node, target in pairs)
    assert {pair[::-1] for pair in pairs} == pairs
    assert len(pairs) <= max(2 * count, traffic.FEW * (traffic.FEW - 1))
    assert count == 1 or {node for node, _ in pairs} == set(names)


@given(st.sampled_from(["cluster.local", "k8s.example.org", "x"]), st.ip_addresses(v=4))
def test_a_reply_is_read_back(domain: str, address: IPv4Address) -> None:
    asked = base64.b64decode(dns.query(f"{dns.NAME}.{domain}"))
    assert asked.endswith(domain.rpartition(".")[2].encode() + b"\0\0\1\0\1")
    assert dns.answer(reply(address)) == ("", (address,))
    assert dns.answer(reply(address, code=3)) == ("NXDOMAIN", ())


@given(st.binary(max_size=80))
def test_whatever_a_reply_holds_it_is_read_or_refused(data: bytes) -> None:
    for said in (data, base64.b64decode(reply(KUBERNETES))[: len(data)], b"ku\x81\x80" + data):
        try:
            error, addresses = dns.answer(base64.b64encode(said).decode())
        except ValueError:
            continue
        assert isinstance(error, str)
        assert all(isinstance(each, IPv4Address) for each in addresses)


def test_an_answer_of_another_cluster_is_no_answer() -> None:
    pods = state.pods_of(table(COREDNS))
    heard = {"kubnode1": traffic.Answer("dns", "10.96.0.10", 0, reply(IPv4Address("10.43.0.1")))}
    check = dns.judge_dns(heard, pods, KUBERNETES)
    assert (check.status, check.message) == ("failed", "from kubnode1: kubernetes.default.svc is 10.43.0.1")


def test_a_reply_with_an_error_names_it() -> None:
    heard = {"kubnode1": traffic.Answer("dns", "10.96.0.10", 0, reply(KUBERNETES, code=2))}
    check = dns.judge_dns(heard, state.pods_of(table(COREDNS)), KUBERNETES)
    assert check.message == "from kubnode1: 10.96.0.10 says SERVFAIL for kubernetes.default.svc"


def test_a_pod_that_another_one_answers_is_not_reached() -> None:
    heard = {"a": [traffic.Answer("pod", "b", 0, "c"), traffic.Answer("route", "b", 0, "10.1.1.1 dev x")]}
    assert traffic.judge_network(heard, FLANNEL).message == "a to b: answered by c"


def test_a_check_names_the_worst_first_and_counts_what_it_leaves_out() -> None:
    problems = [Problem("mild", "wait", mild=True), *(Problem(f"p{number}", "same fix") for number in range(MOST))]
    check = verdict("x", problems, "fine")
    assert check.status == "failed"
    assert check.message.startswith("p0; p1; ")
    assert check.message.endswith("; and 1 more")
    assert check.fix == "same fix"
    assert verdict("x", problems[:1], "fine").status == "warning"
    assert verdict("x", [], "fine").message == "fine"
    assert not_checked("x", "why").status == "not checked"
