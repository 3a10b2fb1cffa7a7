"""The lesson train: a model is trained by a Job, and data and model stay on a volume."""

from __future__ import annotations

from typing import Final

from kubetui.software.lessons.jobs import MODEL, TEST, Kept, kept, lacking
from kubetui.software.lessons.lesson import Begun, Lesson, Look, Verdict, done
from kubetui.software.lessons.seen import NAMESPACE, Seen


def judge(seen: Seen, _begun: Begun | None) -> Verdict | Look:
    """Return whether a Job that ended well left a model that reads digits on a volume."""
    there = kept(seen, lambda each: not lacking("", each))
    if not isinstance(there, Kept):
        return there
    found = there.found
    return lacking(there.claim, found) or done(
        f"{MODEL} on the claim {there.claim} reads {found.score:.1%} of {found.tested} digits right."
    )


TRAIN: Final = Lesson(
    name="train",
    title="Train a model as a Job",
    goal=f"A Job in the namespace {NAMESPACE} trains a model with scikit-learn and ends. In the root of a volume it "
    f"leaves {MODEL}, written with joblib.dump, and {TEST} with rows that the model was not trained on: each is a "
    "digit and its 64 pixels from 0 to 16, separated by commas, with no line of headings. The model takes the pixels "
    "just as that file has them.",
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
            "A Job's template is immutable. After a change of train.py, delete the Job and apply again: "
            f"kubectl delete --namespace={NAMESPACE} job/train"
        ),
        "The claim stays Pending until its first pod is scheduled: local-path makes the volume on that pod's node.",
        (
            "With the tag latest, or none, Kubernetes asks a registry each time. A version and imagePullPolicy: "
            "IfNotPresent use what the node has."
        ),
        "Nothing secret belongs in an image. No SSH key is needed to copy the model out: the volume keeps it.",
    ),
    judge=judge,
    concepts=("image", "namespace", "volume"),
)
