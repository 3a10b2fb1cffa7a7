"""Which pods ask which, and what their answers say about the pod network and the service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kubetui.base.check import Check
from kubetui.base.text import counted
from kubetui.software.networks import PodNetwork
from kubetui.software.networks.network import Daemons
from kubetui.steps.cluster.proof.findings import Problem, not_checked, verdict

FEW: Final = 6
"""Up to so many nodes, every pod asks every other; above, each asks its two neighbours in a ring."""
_TIMED_OUT: Final = 124
"""The exit status of timeout(1)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a node's pod heard: of `kind` pod, route, service, dns or kernel; `target` names whom it asked."""

    kind: str
    target: str
    status: int
    said: str

    @property
    def ok(self) -> bool:
        """Whether there was an answer."""
        return self.status == 0 and bool(self.said)

    @property
    def trouble(self) -> str:
        """How the missing answer showed itself."""
        if self.status == _TIMED_OUT or not self.said:
            return "does not answer"
        for words in ("Connection refused", "No route to host", "Network is unreachable", "Operation not permitted"):
            if words in self.said:
                return f"does not answer ({words})"
        return f"does not answer ({self.said.strip()[-80:]})"


def answers_in(text: str) -> tuple[Answer, ...]:
    """Parse the output of ask.sh."""
    rows = (line.split(" ", 3) for line in text.splitlines())
    return tuple(Answer(kind, target, int(status), said.strip()) for kind, target, status, said in rows)


def targets(nodes: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Return whom each node's pod asks: all others when they are few, else its neighbours, so that it stays linear.

    >>> targets(["a", "b", "c"])["a"], targets("abcdefgh")["a"]
    (('b', 'c'), ('b', 'h'))
    """
    if len(nodes) <= FEW:
        return {node: tuple(other for other in nodes if other != node) for node in nodes}
    last = len(nodes) - 1
    return {
        node: (nodes[index + 1 if index < last else 0], nodes[index - 1 if index else last])
        for index, node in enumerate(nodes)
    }


Heard = Mapping[str, Sequence[Answer]]
"""Everything that each node's pod heard."""


def _of(heard: Heard, kind: str) -> Iterator[tuple[str, Answer]]:
    for node, answers in heard.items():
        for each in answers:
            if each.kind == kind:
                yield node, each


def judge_network(heard: Heard, network: PodNetwork) -> Check:
    """Check that each pod reached the others that it asked, in both directions; `network` connects them."""
    asked = list(_of(heard, "pod"))
    if not asked:
        return not_checked("pod-to-pod", "it takes the pods of two nodes")
    lost = [(node, each) for node, each in asked if not (each.ok and each.said == each.target)]
    routes = {(node, each.target): each.said for node, each in _of(heard, "route")}
    problems = [
        Problem(_way(node, each, routes.get((node, each.target), "")), advice)
        for (node, each), advice in zip(lost, _advices(lost, len(asked), routes, heard, network), strict=True)
    ]
    between = counted(len(heard), "node")
    return verdict("pod-to-pod", problems, f"{counted(len(asked), 'connection')} between pods on {between}, both ways")


def _way(node: str, answer: Answer, route: str) -> str:
    if answer.ok:
        return f"{node} to {answer.target}: answered by {answer.said}"
    said = f", sent {_journey(route)}" if route else ""
    return (
        f"{node} to {answer.target}: {answer.trouble.removeprefix('does not answer').strip(' ()') or 'no answer'}{said}"
    )


def _journey(route: str) -> str:
    """Return the way out of `ip route get`, without the target and the flags.

    >>> _journey("10.244.1.2 via 10.244.1.0 dev flannel.1 src 10.244.0.0 uid 0")
    'via 10.244.1.0 dev flannel.1'
    """
    words = route.split()
    kept = [f"{word} {words[at + 1]}" for at, word in enumerate(words[:-1]) if word in {"via", "dev"}]
    return " ".join(kept) if "dev" in words else f"nowhere ({route})"


def _device(route: str) -> str:
    return _journey(route).rpartition("dev ")[2]


def _advices(
    lost: Sequence[tuple[str, Answer]],
    asked: int,
    routes: Mapping[tuple[str, str], str],
    heard: Heard,
    network: PodNetwork,
) -> Iterator[str]:
    """Yield an advice for each lost connection: a wrong route, a closed kernel, the whole network, or one link."""
    devices = Counter(map(_device, routes.values()))
    usual = devices.most_common(1)[0][0] if devices else ""
    closed = {node for node, each in _of(heard, "kernel") if each.said != "1"}
    strays = {(node, target): _device(route) for (node, target), route in routes.items() if _device(route) != usual}
    for node, each in lost:
        pair = (node, each.target)
        stray = next((key for key in (pair, pair[::-1]) if key in strays), None)
        if closed & {*pair}:
            yield _kernel(min(closed & {*pair}))
        elif stray is not None:
            yield _wrong_route(*stray, routes[stray], usual, network.daemons)
        elif len(lost) == asked and asked > 2:  # noqa: PLR2004 - with two connections, one link is the whole network
            yield _whole(network)
        else:
            yield _link(min(pair), max(pair), network.daemons)


def _whole(network: PodNetwork) -> str:
    pods = network.daemons
    shown = (
        f"(kubectl --namespace={pods.namespace} logs daemonset/{pods.name} | grep -i interface shows "
        f"{network.spelled}'s; it must be the nodes' private network)"
        if pods
        else "(it must be the nodes' private network)"
    )
    return (
        f"No pod reaches another node. Usual causes: the pod network uses the wrong interface {shown}, br_netfilter is "
        "not loaded (lsmod | grep br_netfilter), or a packet filter between the machines."
    )


def _kernel(node: str) -> str:
    return f"{node} does not forward packets. On {node}: sysctl --write net.ipv4.ip_forward=1; find what turned it off."


def _wrong_route(node: str, target: str, route: str, usual: str, pods: Daemons | None) -> str:
    deleting = (
        f": kubectl --namespace={pods.namespace} delete pod --selector={pods.selector} "
        f"--field-selector=spec.nodeName={node}"
        if pods
        else ""
    )
    return (
        f"The route on {node} to the pods of {target} is wrong: it leads {_journey(route)}, other routes of pods by "
        f"{usual}. See it on {node}: ip route. To have it set again, delete the pod network's pod on {node}{deleting}"
    )


def _link(first: str, second: str, pods: Daemons | None) -> str:
    needed = f" {pods.filtered}." if pods else ""
    arriving = f"; and see what arrives: tcpdump -ni any {pods.capture}" if pods else ""
    return (
        f"The routes between {first} and {second} leave by the usual interface, so something probably drops the packets: "
        f"a packet filter on one of them or between them.{needed} On both: iptables --list-rules "
        f"| grep -E 'DROP|REJECT'; nft list ruleset{arriving}"
    )


def judge_service(heard: Heard) -> Check:
    """Check that the service answered every node's pod; which pod answers is the service's choice."""
    problems = [
        Problem(f"from {node}: the service {each.trouble}", _proxy(node))
        for node, each in _of(heard, "service")
        if not each.ok
    ]
    return verdict("service", problems, f"a ClusterIP service answers the pods on {counted(len(heard), 'node')}")


def _proxy(node: str) -> str:
    return (
        f"kube-proxy on {node} directs services. See its log: kubectl --namespace=kube-system logs "
        f"--selector=k8s-app=kube-proxy --prefix --tail=20 (the lines of {node}). If pod-to-pod failed, begin there."
    )
