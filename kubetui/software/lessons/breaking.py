"""The lesson break: a pod goes or fails, and another is there in its place."""

from __future__ import annotations

from typing import Final

from kubetui.software.lessons.lesson import CLUSTER_HERE, Begun, Lesson, Verdict, done, missing
from kubetui.software.lessons.seen import NAMESPACE, Seen
from kubetui.software.lessons.serving import serving, steady


def judge(seen: Seen, begun: Begun | None) -> Verdict:  # noqa: PLR0911 - one return for each thing that may be missing
    """Return whether a pod from before the lesson is gone or failed, and all replicas are ready again.

    Pods also go with a rollout, with its undo, and with scaling. All of these change the Deployment; a loss does not.
    """
    there = serving(seen)
    if isinstance(there, Verdict):
        return there
    name = there.deployment.name
    if begun is None or not begun.pods:
        return missing("It was not noted which pods there were.", f"Start the lesson first: {_START}")
    if there.deployment.replicas < begun.replicas:
        return missing(
            f"The Deployment {name} wants {there.deployment.replicas} replicas, and had {begun.replicas}.",
            f"Scaling down breaks nothing: kubectl scale {_IN} deployment/{name} --replicas={begun.replicas}, and then "
            "delete a pod.",
        )
    if said := steady(there.deployment):
        return said
    if again := [each.name for each in there.pods if each.restarted >= begun.at]:
        return done(f"A container of {again[0]} ended and was started again; {len(there.pods)} replicas are ready.")
    here = {each.uid for each in there.pods}
    lost = [uid for uid in begun.pods if uid not in here]
    if not lost:
        return missing(
            f"All {len(begun.pods)} pods are still there, and none was started again.",
            f"kubectl delete {_IN} pod/{there.pods[0].name}",
        )
    if there.deployment.spec != begun.spec:
        return missing(
            f"The Deployment {name} was changed since the lesson began, and that exchanges pods, too: nothing has to "
            "have broken.",
            f"Have the pods noted again, and then delete one: {_START}",
        )
    return done(f"{len(lost)} of the pods went, and {len(there.pods)} replicas are ready again.")


_IN: Final = f"--namespace={NAMESPACE}"
_START: Final = f"kubetui lesson start {CLUSTER_HERE} break"
_PODS: Final = f"kubectl get --namespace={NAMESPACE} pods --selector=app=serve"
BREAK: Final = Lesson(
    name="break",
    title="Break a pod and see it return",
    goal="A pod of the service is deleted, or its program ends. Nobody repairs it by hand, and as many replicas as "
    "before are ready again.",
    after="scale",
    files=(),
    commands=(
        _PODS,
        f'kubectl delete --namespace={NAMESPACE} --wait=false "$({_PODS} -o name | head -n 1)"',
        _PODS,
        f"kubectl exec --namespace={NAMESPACE} deployment/serve -- sh -c 'kill 1'",
        f"kubectl rollout status --namespace={NAMESPACE} deployment/serve --timeout=300s",
        _PODS,
    ),
    hints=(
        (
            "A deleted pod comes back under another name: its ReplicaSet makes one. A program that ends is started "
            "again in the same pod, by the kubelet: look at RESTARTS."
        ),
        "Process 1 of a container ignores SIGTERM unless its program handles it. serve.py does, so it ends at once.",
        "A container that keeps failing waits longer each time (CrashLoopBackOff), up to five minutes.",
    ),
    judge=judge,
    restores=True,
    concepts=("deployment", "kubelet"),
)
