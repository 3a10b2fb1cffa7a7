"""The lesson train: a model is trained by a Job, and data and model stay on a volume."""

from __future__ import annotations

from typing import Final

from kubetui.software.lessons.jobs import MODEL, TEST, ended, modelled, volume
from kubetui.software.lessons.lesson import Begun, Lesson, Look, Verdict, done
from kubetui.software.lessons.seen import NAMESPACE, Seen


def judge(seen: Seen, _begun: Begun | None) -> Verdict | Look:
    """Return whether a Job that ended well left a model that reads digits on a volume."""
    jobs = ended(seen, "trains a model")
    if isinstance(jobs, Verdict):
        return jobs
    kept = volume(seen, jobs)
    if isinstance(kept, Verdict):
        return kept
    job, claim = kept
    if seen.found is None:
        return Look(claim.name, job.image)
    return modelled(claim.name, seen.found) or done(
        f"{MODEL} on the claim {claim.name} reads {seen.found.score:.1%} of {seen.found.tested} digits right."
    )


TRAIN: Final = Lesson(
    name="train",
    title="Train a model as a Job",
    goal=f"A Job in the namespace {NAMESPACE} trains a model with scikit-learn and ends. The model ({MODEL}) and "
    f"the rows that it "
    f"was not trained on ({TEST}) are in the root of a volume, and outlive the pod.",
    after="",
    files=(
        ("train.py", "trains, and writes data and model to /data"),
        ("claim.yaml", "asks for the volume"),
        ("job.yaml", "runs train.py in a pod that mounts it"),
        ("namespace.yaml", f"the namespace {NAMESPACE}"),
        ("kustomization.yaml", "what kubectl apply -k applies, and the ConfigMap with the script"),
        ("Dockerfile", "the image that all lessons use"),
    ),
    commands=(
        "kubectl apply -k .",
        f"kubectl wait --namespace={NAMESPACE} --for=condition=complete job/train --timeout=300s",
        f"kubectl logs --namespace={NAMESPACE} job/train",
        f"kubectl get --namespace={NAMESPACE} persistentvolumeclaims,pods -o wide",
    ),
    hints=(
        (
            f"A Job's template is immutable. After a change of train.py: kubectl delete --namespace={NAMESPACE} "
            f"job/train, then apply again."
        ),
        "The claim stays Pending until the pod is scheduled: local-path makes the volume on the pod's node.",
        (
            "With the tag latest, or none, Kubernetes asks a registry each time. A version and imagePullPolicy: "
            "IfNotPresent use what the "
            "node has."
        ),
        "Nothing secret belongs in an image, no SSH key to copy the model with either: the volume keeps it.",
    ),
    judge=judge,
    concepts=("volume", "image", "namespace"),
)
