"""Judges what the API server says of nodes and pods, in the tables that kubectl prints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kubetui.base.check import Check
from kubetui.base.text import counted, duration
from kubetui.cluster.tables import aligned_table
from kubetui.profile.machine import Machine
from kubetui.steps.cluster.proof.commands import PREFIX
from kubetui.steps.cluster.proof.findings import Problem, verdict

PATIENCE: Final = 120
"""Seconds that a pod may be starting, or be running without being ready."""
_STARTING: Final = re.compile(r"Pending|ContainerCreating|PodInitializing|SchedulingGated|Init:\d+/\d+")
_FINE: Final = frozenset({"Completed", "Succeeded", "Terminating"})
_UNITS: Final = {"d": 86400, "h": 3600, "m": 60, "s": 1}


@dataclass(frozen=True, slots=True)
class Pod:
    """A row of `kubectl get pods`; `age` is in seconds, and so is `restarted`, the time since the last restart."""

    namespace: str
    name: str
    ready: bool
    status: str
    restarts: int
    age: int
    node: str
    restarted: int = 0

    @property
    def system(self) -> bool:
        """Whether it belongs to Kubernetes or its pod network, not to a user."""
        return self.namespace.startswith("kube-")

    @property
    def static(self) -> bool:
        """Whether the kubelet runs it from a file; the API server hears of its readiness only once a minute."""
        return self.system and self.name.endswith(f"-{self.node}")


def pods_of(text: str) -> tuple[Pod, ...]:
    """Parse `kubectl get pods --all-namespaces -o wide`, without the pods of a proof."""
    table = aligned_table(text, 0.0)
    columns = ("NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS", "AGE", "NODE")
    rows = zip(*(table.column(title) for title in columns), strict=True)
    return tuple(
        Pod(namespace, name, _all(ready), status, int(restarts.split()[0]), seconds(age), node, seconds(restarts))
        for namespace, name, ready, status, restarts, age, node in rows
        if not name.startswith(PREFIX)
    )


def _all(ready: str) -> bool:
    some, _, wanted = ready.partition("/")
    return some == wanted


def seconds(age: str) -> int:
    """Return an age as kubectl prints it, in seconds.

    >>> seconds("3m20s"), seconds("5h"), seconds("<unknown>")
    (200, 18000, 0)
    """
    return sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([dhms])", age))


def ready_nodes(text: str) -> Mapping[str, str]:
    """Return the INTERNAL-IP of each Ready node in the output of `kubectl get nodes -o wide`."""
    return {name: address for name, (word, address) in _nodes(text).items() if word == "Ready"}


def _nodes(text: str) -> Mapping[str, tuple[str, str]]:
    table = aligned_table(text, 0.0)
    rows = zip(*(table.column(title) for title in ("NAME", "STATUS", "INTERNAL-IP")), strict=True)
    return {name: (status.split(",")[0], address) for name, status, address in rows}


def judge_nodes(
    text: str, machines: Sequence[Machine], unreachable: Mapping[str, str], cluster: str, *, bare: bool = False
) -> Check:
    """Check that each planned node is Ready with its planned INTERNAL-IP, and that kubetui reaches its machine.

    In a `bare` cluster, which lacks its pod network because a person installs that, no node can be Ready yet.
    """
    problems = [*_node_problems(text, machines, cluster, bare=bare)]
    for name, why in unreachable.items():
        problems.append(Problem(f"SSH does not reach {name}: {why}", f"Start it, or run: kubetui start {cluster}"))
    count = counted(len(machines), "node")
    is_ready = "is Ready with its" if len(machines) == 1 else "are Ready with their"
    return verdict("nodes", problems, f"{count} {is_ready} planned INTERNAL-IP")


def _node_problems(text: str, machines: Iterable[Machine], cluster: str, *, bare: bool) -> Iterator[Problem]:
    nodes = _nodes(text)
    for machine in machines:
        word, address = nodes.get(machine.name, ("", ""))
        if not word:
            yield Problem(f"{machine.name} is not in the cluster", f"To join it: kubetui start {cluster}")
            continue
        if word != "Ready" and bare:
            fix = f"Install a pod network: kubectl apply --filename=MANIFEST; then run: kubetui check {cluster}"
            yield Problem(f"{machine.name} is {word}: there is no pod network yet", fix, mild=True)
        elif word != "Ready":
            fix = f"See why: kubectl describe node {machine.name}; on {machine.name}: journalctl --unit=kubelet --lines=50"
            yield Problem(f"{machine.name} is {word}", fix)
        if address != str(machine.address):
            yield Problem(
                f"{machine.name} has the INTERNAL-IP {address}, and {machine.address} was planned",
                f"On {machine.name}, look for node-ip in /var/lib/kubelet; something overrides what kubetui set there.",
            )


def judge_trouble(before: Sequence[Pod], after: Sequence[Pod], apart: float, *, bare: bool = False) -> Check:
    """Check that no pod of any namespace is in trouble. `before` and `after` are two looks, `apart` in seconds.

    In a `bare` cluster, pods wait for the pod network.
    """
    known = {(pod.namespace, pod.name): pod.restarts for pod in before}
    problems = []
    for pod in after:
        if bare and _STARTING.fullmatch(pod.status):
            continue
        # the API server may hear of a static pod's restart a minute late, so one may be older than the first look
        restarted = pod.restarts > known.get((pod.namespace, pod.name), pod.restarts) and pod.restarted <= apart
        if problem := _trouble(pod, restarted=restarted):
            problems.append(problem)
    count = counted(len(after), "pod")
    spaces = counted(len({pod.namespace for pod in after}), "namespace")
    return verdict("trouble", problems, f"none of {count} in {spaces} is in trouble")


def _trouble(pod: Pod, *, restarted: bool) -> Problem | None:
    """Return what is wrong with a pod. That a user's pod waits may be as its owner wants it, so it is mild."""
    what, fix, mild = _symptom(pod, restarted=restarted)
    place = "" if pod.node in {"", "<none>"} else f", on {pod.node}"
    return Problem(f"{pod.namespace}/{pod.name} {what}{place}", fix, mild=mild) if what else None


def _symptom(pod: Pod, *, restarted: bool) -> tuple[str, str, bool]:
    """Return what is wrong, what to do about it, and whether it is mild; empty texts if nothing is wrong."""
    command = f"kubectl --namespace={pod.namespace}"
    describe = f"See its events: {command} describe pod {pod.name}"
    logs = f"See why it ended: {command} logs {pod.name} --previous"
    if _STARTING.fullmatch(pod.status) and pod.age > PATIENCE:
        return f"has been {pod.status} for {duration(pod.age)}", describe, not pod.system
    if pod.status in _FINE or _STARTING.fullmatch(pod.status):
        return "", "", False
    if "Image" in pod.status:
        usual = "Usual causes: a wrong image name, or a registry that needs a login or a mirror."
        return f"is in {pod.status}", f"{describe}. {usual}", False
    if pod.status != "Running":
        times = f" after {counted(pod.restarts, 'restart')}" if pod.restarts else ""
        return f"is in {pod.status}{times}", logs, False
    if restarted:
        return "restarted during the check", logs, False
    slow = not pod.ready and not pod.static and pod.age > PATIENCE
    return ("runs, but is not ready", describe, not pod.system) if slow else ("", "", False)
