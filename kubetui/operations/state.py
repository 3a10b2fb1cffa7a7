"""Looks at clusters: at a glance at their folders, or by asking their API and, where it is silent, their provider."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from kubetui.base.errors import KubetuiError
from kubetui.base.text import harmless
from kubetui.cluster import api
from kubetui.cluster.folder import Cluster, all_names
from kubetui.cluster.tables import Table, aligned_table
from kubetui.machines.make import make
from kubetui.profile.plan import Plan
from kubetui.record.overview import recorded
from kubetui.record.state import ClusterState, Facts, State, state_of

__all__ = ["ClusterState", "Facts", "State", "glance", "glances", "heard", "listen", "look", "state_of", "unheard"]

_SHORT: Final = 220
"""Characters of an error to show; Vagrant's are long."""


def glance(cluster: Cluster) -> ClusterState:
    """Return what a cluster's folder says, at once; one that was built is unknown until it is asked."""
    return state_of(Facts(recorded(cluster)))


def glances() -> tuple[ClusterState, ...]:
    """Return every cluster at a glance, the most recently changed first."""
    found = [glance(Cluster(name)) for name in all_names()]
    return tuple(sorted(found, key=lambda each: (-each.when, each.name)))


def heard(cluster: Cluster, nodes: Table) -> ClusterState:
    """Return what a cluster is that has just answered with its nodes."""
    return state_of(Facts(recorded(cluster), nodes=_readiness(nodes)))


def _readiness(nodes: Table) -> Mapping[str, bool]:
    """Return which nodes are Ready; cordoned ones may be."""
    status = zip(nodes.column("NAME"), nodes.column("STATUS"), strict=True)
    return {name: words.split(",")[0] == "Ready" for name, words in status}


async def unheard(cluster: Cluster, why: str) -> ClusterState:
    """Return what a cluster is that did not answer; its provider knows whether its machines are halted."""
    return state_of(await _asked_provider(cluster, Facts(recorded(cluster), silence=in_short(why))))


async def look(cluster: Cluster) -> ClusterState:
    """Return what a cluster is, after asking for its nodes; takes seconds where nothing answers."""
    facts = await listen(cluster)
    return state_of(await _asked_provider(cluster, facts) if facts.silence else facts)


async def listen(cluster: Cluster) -> Facts:
    """Return what its folder and its nodes say; `silence` is set for a finished cluster that does not answer."""
    found = recorded(cluster)
    built = found.last is not None and found.last.ok
    busy = found.holder is not None and found.holder.purpose != "check"
    if found.plan is None or found.trouble or busy or not (built or cluster.kubeconfig.exists()):
        return Facts(found)
    try:
        nodes = await _nodes(cluster, found.plan, built=built)
    except (KubetuiError, OSError) as error:
        return Facts(recorded(cluster), silence=in_short(str(error)) if built else "")
    return Facts(recorded(cluster), nodes=_readiness(nodes))


async def _asked_provider(cluster: Cluster, facts: Facts) -> Facts:
    """Add the states of a silent cluster's machines."""
    plan = facts.recorded.plan
    if plan is None or facts.recorded.holder is not None:
        return facts
    try:
        return replace(facts, machines=await make(plan, cluster.folder).states())
    except (KubetuiError, OSError):
        # a provider that cannot tell either adds nothing: `silence` stays the reason
        return facts


async def _nodes(cluster: Cluster, plan: Plan, *, built: bool) -> Table:
    """Ask for the nodes over the API or, where this host cannot reach it, with kubectl on the control plane.

    An unfinished cluster is only asked over the API: most have none yet.
    """
    if plan.provider.rehearsal:
        from kubetui.machines.rehearsal.provider import nodes  # noqa: PLC0415 - loads asyncssh

        return aligned_table(nodes(plan, cluster.folder), time.time())
    try:
        return await api.nodes(cluster.kubeconfig)
    except KubetuiError:
        if not built:
            raise
    from kubetui.operations.observe import Observer  # noqa: PLC0415 - loads asyncssh

    async with Observer(cluster.name) as observer:
        return await observer.nodes()


def in_short(text: str) -> str:
    """Return an error in one line, short enough for a head."""
    line = harmless(" ".join(text.split()))
    return line if len(line) <= _SHORT else line[:_SHORT].rsplit(" ", 1)[0] + " ..."
