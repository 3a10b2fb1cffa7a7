"""What the lessons with Jobs share: which Jobs ended well on a volume, and why others did not."""

from __future__ import annotations

import re
from typing import Final

from kubetui.software.lessons.lesson import Verdict, missing
from kubetui.software.lessons.seen import NAMESPACE, Claim, Found, Job, Pod, Seen

MODEL: Final = "model.joblib"
TEST: Final = "test.csv"
GOOD: Final = 0.9
"""The share of digits that a model at least reads right."""
_IN: Final = f"--namespace={NAMESPACE}"
_SCORE: Final = re.compile(r"\b(?:score|accuracy)\b\D{0,20}\d", re.IGNORECASE)


def ended(seen: Seen, what: str) -> tuple[Job, ...] | Verdict:
    """Return the Jobs that ended well, in order, or why there are none; `what` says what is looked for."""
    if not seen.there:
        return missing(
            f"There is no namespace {NAMESPACE} yet.", "kubectl apply -k . makes it, in the lesson's folder."
        )
    well = sorted((each for each in seen.jobs if each.ended), key=lambda each: each.ended)
    if well:
        return tuple(well)
    if not seen.jobs:
        return missing(
            f"The namespace {NAMESPACE} has no Job that {what}.",
            "A pod without a Job does not count: nobody tries again.",
        )
    return unfinished(seen, seen.jobs[-1])


def unfinished(seen: Seen, job: Job) -> Verdict:
    """Return why a Job has not ended well."""
    if job.failed:
        last = next(reversed(job.log.splitlines()), "")
        return missing(
            f"The Job {job.name} failed: {job.failed}" + (f" Its last line: {last}" if last else ""),
            f"kubectl logs {_IN} job/{job.name}; mend it, then delete the Job and make it again: its template is "
            f"immutable.",
        )
    return next(
        (troubled(seen, pod, f"Job {job.name}") for pod in seen.made_by(job.name) if pod.trouble),
        missing(
            f"The Job {job.name} has not ended yet.",
            f"kubectl wait {_IN} --for=condition=complete job/{job.name} --timeout=300s",
        ),
    )


def troubled(seen: Seen, pod: Pod, owner: str) -> Verdict:
    """Return why a pod does not run, and what mends that."""
    said = missing(
        f"The pod {pod.name} of the {owner} does not run: {pod.trouble}", f"kubectl describe {_IN} pod/{pod.name}"
    )
    if "Image" in pod.trouble:
        hint = "Load it into the nodes (kubetui image load), with a version as tag and imagePullPolicy: IfNotPresent."
        return missing(said.text, hint)
    pending = [each for each in seen.claims if each.phase == "Pending"]
    if pending and not (seen.default_class or pending[0].storage_class):
        return missing(
            f"The claim {pending[0].name} gets no volume: the cluster has no default storage class.",
            "kubetui addon add NAME storage",
        )
    return said


def volume(seen: Seen, jobs: tuple[Job, ...]) -> tuple[Job, Claim] | Verdict:
    """Return the newest of these Jobs that mounts a claim with a volume, or what is missing."""
    mounting = [each for each in jobs if each.claims]
    if not mounting:
        return missing(
            f"The Job {jobs[-1].name} ended, but it mounts no claim: what it wrote is gone with its pod.",
            "It needs a volume with persistentVolumeClaim, and a volumeMount in its container.",
        )
    for job in reversed(mounting):
        if claims := seen.bound(job.claims):
            return job, claims[0]
    name = mounting[-1].claims[0]
    phase = next((each.phase for each in seen.claims if each.name == name), "gone")
    return missing(
        f"The claim {name} of the Job {mounting[-1].name} is {phase}, not Bound.", f"kubectl describe {_IN} pvc/{name}"
    )


def modelled(claim: str, found: Found) -> Verdict | None:
    """Return what is wrong with the model on a claim; None where it is good."""
    if found.trouble:
        return missing(
            f"The claim {claim} cannot be looked at: {found.trouble}",
            "Is there Python with joblib in the Job's image?",
        )
    there = found.files or {}
    for name in (MODEL, TEST):
        if name not in there:
            others = ", ".join(sorted(there)) or "nothing"
            return missing(
                f"The claim {claim} has no file {name}; it has {others}.",
                f"The Job has to write {name} into the volume's root.",
            )
    if found.model:
        return missing(
            f"{MODEL} cannot be used: {found.model}", "joblib.dump(model, ...), with the scikit-learn that loads it."
        )
    if found.score < GOOD:
        return missing(
            f"The model reads {found.score:.0%} of the digits right, which is less than {GOOD:.0%}.",
            "Does it scale the pixels as training did? Keep the scaler in the model: make_pipeline(MinMaxScaler(), "
            "...).",
        )
    return None


def scored(log: str) -> bool:
    """Return whether a Job printed a score."""
    return _SCORE.search(log) is not None
