"""The lesson scale: four replicas, on as many nodes as their volume allows."""

from __future__ import annotations

from typing import Final

from kubetui.software.lessons.lesson import Begun, Lesson, Verdict, done, missing
from kubetui.software.lessons.seen import NAMESPACE, Seen
from kubetui.software.lessons.serving import Serving, enough, serving

REPLICAS: Final = 4
_SPREAD: Final = 2
"""On how many nodes the replicas have to be, where so many may take them."""


def judge(seen: Seen, _begun: Begun | None) -> Verdict:
    """Return whether four replicas are ready behind the Service, and not all on one node without need."""
    there = serving(seen)
    if isinstance(there, Verdict):
        return there
    if said := enough(there.deployment, REPLICAS):
        return said
    if len(there.pods) < there.deployment.replicas:
        return missing(
            f"{len(there.pods)} of {there.deployment.replicas} replicas are behind the Service {there.service.name}.",
            f"kubectl get --namespace={NAMESPACE} endpointslices,pods --show-labels",
        )
    return _spread(seen, there)


def _spread(seen: Seen, there: Serving) -> Verdict:
    allowed = set(seen.nodes)
    for claim in there.deployment.claims:
        allowed &= set(seen.held.get(claim, seen.nodes))
    used = {each.node for each in there.pods}
    count = len(there.pods)
    if len(used) >= min(_SPREAD, len(allowed)):
        where = ", ".join(sorted(used))
        why = ": their volume lies there" if len(allowed) == 1 < len(seen.nodes) else ""
        return done(f"{count} replicas are ready, on {where}{why}.")
    return missing(
        f"All {count} replicas are on {next(iter(used))}, and {len(allowed)} nodes could take them.",
        "A topologySpreadConstraint of the pod template spreads them: kubectl explain "
        "pod.spec.topologySpreadConstraints",
    )


SCALE: Final = Lesson(
    name="scale",
    title="Scale the service",
    goal=f"The Deployment has {REPLICAS} replicas, all ready and behind the Service. They are on more than one node, "
    "where their volume allows that.",
    after="serve",
    files=(),
    commands=(
        f"kubectl scale --namespace={NAMESPACE} deployment/serve --replicas={REPLICAS}",
        f"kubectl rollout status --namespace={NAMESPACE} deployment/serve --timeout=300s",
        f"kubectl get --namespace={NAMESPACE} pods --selector=app=serve -o wide",
    ),
    hints=(
        (
            "A volume of local-path lies on one node's disk, and every pod that mounts it runs there. Storage on the "
            "network lets them spread."
        ),
        "kubectl apply sets what the file says: applying the folder of serve again brings two replicas back.",
        "A pod that finds no node is Pending: kubectl describe says whether memory or CPU is missing.",
    ),
    judge=judge,
    restores=True,
    concepts=("deployment", "scheduler"),
)
