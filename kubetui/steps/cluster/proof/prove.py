"""Carries out the proof: every check that can be made is made, and those that cannot say why."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kubetui.base.check import Check
from kubetui.base.errors import KubetuiError, RunError
from kubetui.base.text import counted
from kubetui.cluster.api import ready
from kubetui.cluster.tables import NODES
from kubetui.cluster.tables import PODS as ALL_PODS
from kubetui.profile.machine import Machine
from kubetui.remote.command import Command
from kubetui.steps.cluster.proof import commands, dns, metrics, nodeport, policy, state, traffic
from kubetui.steps.cluster.proof.findings import METRICS, Problem, not_checked, verdict
from kubetui.steps.cluster.proof.scene import Scene, Server
from kubetui.steps.cluster.proof.traffic import Answer

_ENDING: Final = 60.0
"""Seconds that the removal of the pods may take; a timer in the cluster goes on with it."""
_PAUSE: Final = 1.0
_TRAFFIC: Final = ("pod-to-pod", "dns", "service")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the API server said at first, when (a monotonic time), and the Ready nodes with their addresses."""

    at: float
    nodes: str
    pods: tuple[state.Pod, ...]
    ready: tuple[Machine, ...]


async def prove(scene: Scene) -> tuple[Check, ...]:
    """Make every check and return them in their order. Leaves nothing on the cluster, also when it is cancelled."""
    made: dict[str, Check] = {}

    def tell(*checks: Check) -> None:
        for check in checks:
            made[check.name] = check
            scene.tell(check)

    api = asyncio.create_task(_api(scene))
    try:
        seen = await _patient_look(scene)
    except RunError as error:
        tell(await api)
        fix = f"See what runs on {scene.plan.control_plane.name}: crictl ps --all; journalctl --unit=kubelet --lines=50"
        tell(verdict("nodes", [Problem(error.message, error.fix or fix)], ""))
        tell(*(not_checked(name, "the API server does not answer") for name in scene.names if name not in made))
    else:
        tell(await api)
        cluster = scene.plan.profile.name
        bare = not (seen.ready or scene.plan.pod_network.installed)
        tell(state.judge_nodes(seen.nodes, scene.machines, scene.unreachable, cluster, bare=bare))
        if METRICS in scene.names:
            tell(await metrics.check(scene))
        if bare:
            tell(*(not_checked(name, "there is no pod network yet") for name in ("pods", *_TRAFFIC, "nodeport")))
        else:
            await _with_pods(scene, seen, tell)
        try:
            after = await _all_pods(scene)
        except RunError as error:
            tell(not_checked("trouble", error.message))
        else:
            tell(state.judge_trouble(seen.pods, after, time.monotonic() - seen.at, bare=bare))
    finally:
        api.cancel()
    return tuple(made[name] for name in scene.names)


async def _api(scene: Scene) -> Check:
    try:
        address = await ready(scene.kubeconfig, scene.patience)
    except RunError as error:
        return verdict("api", [Problem(error.message.rstrip("."), error.fix)], "")
    return verdict("api", (), f"the API server answers this host at {address}")


async def _patient_look(scene: Scene) -> _Seen:
    """Read nodes and pods once the API server answers. Raises RunError if it does not while the patience lasts."""
    end = time.monotonic() + scene.patience
    while True:
        try:
            return await _look(scene)
        except RunError as error:
            if time.monotonic() >= end:
                raise
            scene.log(f"asked again, because an API server that restarts needs a moment: {error.message}")
        await asyncio.sleep(_PAUSE)


async def _look(scene: Scene) -> _Seen:
    """Read nodes and pods. Raises RunError if the API server does not answer."""
    at = time.monotonic()
    nodes, pods = await asyncio.gather(scene.first.read(Command(NODES)), _all_pods(scene))
    ready_names = state.ready_nodes(nodes)
    return _Seen(at, nodes, pods, tuple(each for each in scene.machines if each.name in ready_names))


async def _all_pods(scene: Scene) -> tuple[state.Pod, ...]:
    """Read the pods of every namespace. Raises RunError if the API server does not answer."""
    text = await scene.first.read(Command(ALL_PODS))
    try:
        return state.pods_of(text)
    except ValueError as error:
        raise RunError(f"kubectl's table of pods cannot be read: {error}") from error


async def _with_pods(scene: Scene, seen: _Seen, tell: Callable[..., None]) -> None:
    """Make the checks that need the proof's own pods."""
    name = commands.new_name()
    try:
        address, _, port = (
            (await scene.first.read(commands.begin(scene.plan, name), scene.first_log)).strip().partition(" ")
        )
        number = int(port)
        servers = await _pods(scene, seen, name, tell)
        ports = asyncio.create_task(_ports(scene, servers, number))
        try:
            heard = await _traffic(scene, seen, servers, f"{address}:80")
            tell(*heard)
            tell(await ports)
        finally:
            ports.cancel()
        if scene.plan.pod_network.policies:
            tell(await policy.check(scene, name, servers, connected=heard[0].status == "ok"))
    except (RunError, ValueError) as error:
        tell(verdict("pods", [Problem(f"the proof's pods cannot be made: {error}", _PODS_FIX)], ""))
        rest = scene.names[scene.names.index("pods") + 1 : -1]
        tell(*(not_checked(each, "there are no pods to ask") for each in rest))
    finally:
        await asyncio.shield(_end(scene, name))


_PODS_FIX: Final = "Try it by hand: kubectl --namespace=kube-system get daemonsets,events"


async def _end(scene: Scene, name: str) -> None:
    """Remove everything; what cannot be removed now goes when its time is over."""
    stops = (_tolerant(node.read(commands.stop(), scene.log_of(each))) for each, node in scene.nodes.items())
    try:
        async with asyncio.timeout(_ENDING):
            said = await asyncio.gather(_tolerant(_delete(scene, name)), *stops)
    except TimeoutError:
        said = ["no answer"]
    if trouble := next(filter(None, said), ""):
        scene.log(f"the proof's pods are removed within {int(commands.LIFE) // 60} minutes: {trouble}")


async def _delete(scene: Scene, name: str) -> str:
    if scene.plan.pod_network.policies:
        await scene.first.read(commands.allow(name), scene.first_log)
    return await scene.first.read(commands.end(name), scene.first_log)


async def _tolerant(work: Awaitable[str]) -> str:
    try:
        await work
    except KubetuiError as error:
        return error.message
    return ""


async def _pods(scene: Scene, seen: _Seen, name: str, tell: Callable[..., None]) -> Mapping[str, Server]:
    """Wait for a pod on every node and start a server in it; check the pods, and return the servers by node."""
    wanted = [machine for machine in seen.ready if machine.name in scene.nodes]
    serving = asyncio.gather(*(_serve(scene, name, machine) for machine in wanted))
    try:
        listed = await scene.first.read(commands.pods(name, [machine.name for machine in seen.ready]))
        served = dict(zip((machine.name for machine in wanted), await serving, strict=True))
    finally:
        serving.cancel()
    running, said = _running(listed)
    problems = [
        Problem(f"no pod runs on {machine.name}: {said.get(machine.name) or 'none was scheduled there'}", _fix(machine))
        for machine in scene.machines
        if machine.name not in running
    ]
    problems += [
        Problem(f"the pod on {node} cannot be used: {found}", _fix_of(node))
        for node, found in served.items()
        if isinstance(found, str) and node in running
    ]
    tell(verdict("pods", problems, f"a new pod runs on {counted(len(running), 'node')}"))
    return {
        node: Server(running[node], *found)
        for node, found in served.items()
        if not isinstance(found, str) and node in running
    }


def _running(listed: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the addresses of the running pods by node, and the last event of each other pod."""
    running, said = {}, {}
    for line in listed.splitlines():
        match line.split(" "):
            case ["said", node, *words]:
                said[node] = " ".join(words)
            case ["pod", node, "Running", _, address] if address:
                running[node] = address
            case _:
                pass
    return running, said


def _fix(machine: Machine) -> str:
    return (
        f"See why: kubectl describe node {machine.name} (taints, conditions, room for pods); on {machine.name}: "
        "journalctl --unit=kubelet --lines=50"
    )


def _fix_of(node: str) -> str:
    return f"On {node}: crictl ps; journalctl --unit=kubelet --lines=50"


async def _serve(scene: Scene, name: str, machine: Machine) -> tuple[int, dns.Resolver] | str:
    """Start the server in a node's pod; return its process and resolver, or why there is none."""
    try:
        text = await scene.nodes[machine.name].read(commands.serve(name, machine), scene.log_of(machine.name))
        head, *lines = text.splitlines()
        return int(head.removeprefix("pid ")), dns.resolver(lines)
    except (KubetuiError, ValueError) as error:
        return str(error)


async def _traffic(scene: Scene, seen: _Seen, servers: Mapping[str, Server], service: str) -> tuple[Check, ...]:
    """Let every node's pod ask the others, the service and the name server, all at once."""
    if not servers:
        return tuple(not_checked(name, "no pod of the proof runs") for name in _TRAFFIC)
    chosen = traffic.targets(tuple(servers))

    async def one(node: str) -> Sequence[Answer]:
        server = servers[node]
        addresses = {each: servers[each].address for each in chosen[node]}
        query = dns.query(server.resolver.name)
        command = commands.ask(server.pid, addresses, service, server.resolver.server, query)
        return traffic.answers_in(await scene.nodes[node].read(command))

    said = await asyncio.gather(*map(one, servers), return_exceptions=True)
    heard: dict[str, Sequence[Answer]] = {}
    for node, answers in zip(servers, said, strict=True):
        if isinstance(answers, KubetuiError | ValueError):
            # its checks then name it: it heard nothing
            scene.log(f"{node} cannot ask: {answers}")
            heard[node] = _silence(chosen[node], str(answers))
        elif isinstance(answers, BaseException):
            raise answers
        else:
            heard[node] = answers
    names = {node: next((each for each in answers if each.kind == "dns"), _NO_DNS) for node, answers in heard.items()}
    expected = scene.plan.profile.network.service_cidr[1]
    return (
        traffic.judge_network(heard, scene.plan.pod_network),
        dns.judge_dns(names, seen.pods, expected),
        traffic.judge_service(heard),
    )


_NO_DNS: Final = Answer("dns", "", 1, "its resolv.conf names no server")


def _silence(asked: Sequence[str], why: str) -> tuple[Answer, ...]:
    """Return the answers of a node whose questions could not be sent."""
    return (*(Answer("pod", each, 1, why) for each in asked), Answer("service", "", 1, why), Answer("dns", "", 1, why))


async def _ports(scene: Scene, servers: Mapping[str, Server], port: int) -> Check:
    """Ask the node port on every node with a server, from this host."""
    if scene.plan.provider.rehearsal:
        return not_checked("nodeport", "rehearsed machines have no ports that this host could ask")
    machines = [machine for machine in scene.machines if machine.name in servers]
    if not machines:
        return not_checked("nodeport", "no pod of the proof runs")
    return nodeport.judge_ports(await nodeport.ask_all(machines, port))
