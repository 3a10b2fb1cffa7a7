"""What the lessons with the service share: which Deployment stands behind a port of the nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kubetui.base.text import counted
from kubetui.software.lessons.jobs import troubled
from kubetui.software.lessons.lesson import Verdict, missing
from kubetui.software.lessons.seen import NAMESPACE, Deployment, Pod, ReplicaSet, Seen, Service

_IN: Final = f"--namespace={NAMESPACE}"
_OPEN: Final = ("NodePort", "LoadBalancer")
"""The types of services that have a port on every node."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A Service with a port on every node, the Deployment behind it, and its pods that are ready."""

    service: Service
    deployment: Deployment
    current: ReplicaSet
    pods: tuple[Pod, ...]


def serving(seen: Seen) -> Serving | Verdict:
    """Return the Deployment that answers at a port of the nodes, or what is missing of it."""
    if not seen.there:
        return missing(f"There is no namespace {NAMESPACE} yet.", "Begin with the lesson train.")
    if not seen.deployments:
        return missing(
            f"The namespace {NAMESPACE} has no Deployment.", "Bare pods do not count: nobody brings them back."
        )
    if not seen.services:
        return missing(
            f"The namespace {NAMESPACE} has no Service.",
            f"kubectl expose {_IN} deployment/{seen.deployments[0].name} --type=NodePort",
        )
    outside = [each for each in seen.services if each.type in _OPEN and each.node_port]
    if not outside:
        first = seen.services[0]
        return missing(
            f"The Service {first.name} is of type {first.type}, which only pods reach.",
            f'kubectl patch {_IN} service/{first.name} --patch \'{{"spec": {{"type": "NodePort"}}}}\'',
        )
    service = max(outside, key=lambda each: len(each.backends))
    return _behind(seen, service)


def _behind(seen: Seen, service: Service) -> Serving | Verdict:
    sets = {each.name: each for each in seen.replica_sets}
    ready = [each for each in seen.pods if each.name in service.backends and not each.going]
    for deployment in seen.deployments:
        revisions = seen.revisions(deployment.name)
        mine = tuple(each for each in ready if each.owner in sets and sets[each.owner].owner == deployment.name)
        if mine and revisions:
            return Serving(service, deployment, revisions[-1], mine)
    if ready:
        return missing(
            f"The pods behind the Service {service.name} are not a Deployment's.", "Nobody brings a bare pod back."
        )
    for deployment in seen.deployments:
        for each in seen.revisions(deployment.name)[-1:]:
            for pod in seen.made_by(each.name):
                if pod.trouble:
                    return troubled(seen, pod, f"Deployment {deployment.name}")
    return missing(
        f"No pod that is ready is behind the Service {service.name}.",
        f"Does its selector name the pods' labels, and are they ready? kubectl get {_IN} endpointslices,pods "
        f"--show-labels",
    )


def enough(deployment: Deployment, replicas: int) -> Verdict | None:
    """Return what a Deployment lacks of so many replicas; None where it has them, and all are ready."""
    if deployment.replicas < replicas:
        return missing(
            f"The Deployment {deployment.name} wants {counted(deployment.replicas, 'replica')}, not {replicas}.",
            f"kubectl scale {_IN} deployment/{deployment.name} --replicas={replicas}",
        )
    return steady(deployment)


def steady(deployment: Deployment) -> Verdict | None:
    """Return what a Deployment still lacks of its replicas; None where all are ready, and of the newest template."""
    if deployment.settled and deployment.ready == deployment.replicas:
        return None
    return missing(
        f"The Deployment {deployment.name} has {deployment.ready} of {deployment.replicas} replicas ready, or a "
        f"rollout goes on.",
        f"kubectl rollout status {_IN} deployment/{deployment.name}",
    )
