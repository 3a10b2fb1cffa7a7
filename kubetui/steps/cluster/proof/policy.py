"""Whether the pod network enforces NetworkPolicies, tried with one that lets nobody call a pod of the proof."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Final

from kubetui.base.check import Check
from kubetui.base.errors import RunError
from kubetui.software.networks import PodNetwork
from kubetui.steps.cluster.proof import commands
from kubetui.steps.cluster.proof.findings import POLICY, Problem, not_checked, verdict
from kubetui.steps.cluster.proof.scene import Scene, Server

ANSWERED: Final = "answered"
BLOCKED: Final = "blocked"


async def check(scene: Scene, name: str, servers: Mapping[str, Server], *, connected: bool) -> Check:
    """Close one pod by a policy; call it from another, and the other from it. `name` is that of the proof's objects.

    Without a policy, all of them have to be `connected`, or nothing could be told.
    """
    if not connected:
        why = "it takes the pods of two nodes" if len(servers) == 1 else "pods do not reach each other without one"
        return not_checked(POLICY, why)
    caller, denied = next(iter(servers)), list(servers)[-1]

    async def call(one: str, other: str, wanted: str) -> str:
        command = commands.tried(servers[one].pid, servers[other].address, wanted)
        return (await scene.nodes[one].read(command)).strip()

    try:
        await scene.first.read(commands.deny(name, denied), scene.first_log)
        into, out = await asyncio.gather(call(caller, denied, BLOCKED), call(denied, caller, ANSWERED))
    except RunError as error:
        return verdict(POLICY, [Problem(f"no policy can be tried: {error.message}", error.fix)], "")
    return judge_policy(scene.plan.pod_network, caller, denied, into, out)


def judge_policy(network: PodNetwork, caller: str, denied: str, into: str, out: str) -> Check:
    """Check what became of a call into the pod that a policy closes, and of one that it leaves alone.

    `caller` and `denied` are the nodes of the two pods; `into` is what the caller's pod met, `out` what it answered.
    """
    return verdict(
        POLICY,
        list(_problems(network, caller, denied, into, out)),
        f"a NetworkPolicy keeps the pod on {caller} from the one on {denied}, and not the other way",
    )


def _problems(network: PodNetwork, caller: str, denied: str, into: str, out: str) -> Iterator[Problem]:
    pods = network.daemons
    logs = (
        f"See its log: kubectl --namespace={pods.namespace} logs --selector={pods.selector} --prefix --tail=20"
        if pods
        else "See the logs of the pod network's pods."
    )
    if into != BLOCKED:
        what = f"a NetworkPolicy lets nobody call the pod on {denied}, and the one on {caller} still could"
        yield Problem(what, f"{network.spelled} on {denied} enforces policies. {logs} (the lines of {denied})")
    if out != ANSWERED:
        what = f"the pod on {caller} no longer answers the one on {denied}, which no policy forbids"
        yield Problem(what, f"{network.spelled} blocks more than the policy says. {logs}")
