"""What the lessons with Jobs share: which Jobs ended well, what they left on a volume, and why others did not end."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from kubetui.software.lessons.lesson import CLUSTER_HERE, Look, Verdict, missing
from kubetui.software.lessons.seen import NAMESPACE, Claim, Found, Job, Pod, Seen

MODEL: Final = "model.joblib"
TEST: Final = "test.csv"
GOOD: Final = 0.9
"""The share of digits that a model at least reads right."""
_SKEW: Final = 5.0
"""Seconds by which a node's clock, which dates files, may differ from the control plane's, which dates Jobs."""
_IN: Final = f"--namespace={NAMESPACE}"
_SCORE: Final = re.compile(r"\b(?:score|accuracy)\b\D{0,20}\d", re.IGNORECASE)


def ended(seen: Seen, what: str) -> tuple[Job, ...] | Verdict:
    """Return the Jobs that ended well, in order, or why there are none; `what` says what is looked for."""
    if not seen.there:
        return missing(
            f"There is no namespace {NAMESPACE} yet.", "kubectl apply -k . makes it, in the folder of the lesson train."
        )
    well = sorted((each for each in seen.jobs if each.ended), key=lambda each: each.ended)
    if well:
        return tuple(well)
    if not seen.jobs:
        return missing(
            f"The namespace {NAMESPACE} has no Job that {what}.",
            "A bare pod does not count: nobody tries again when it fails.",
        )
    return unfinished(seen, seen.jobs)


def unfinished(seen: Seen, jobs: Sequence[Job]) -> Verdict:
    """Return why the newest of these Jobs has not ended well."""
    job = max(jobs, key=lambda each: each.started)
    if job.failed:
        last = next(reversed(job.log.splitlines()), "")
        return missing(
            f"The Job {job.name} failed: {job.failed}" + (f" Its last line: {last}" if last else ""),
            f"kubectl logs {_IN} job/{job.name} tells more. A Job's template is immutable: mend it, delete the Job, "
            "and make it again.",
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
        return missing(
            said.text,
            f"Is its image on the nodes? kubetui image load {CLUSTER_HERE} IMAGE brings it; it needs a version as tag, "
            "or imagePullPolicy: IfNotPresent.",
        )
    pending = [each for each in seen.claims if each.phase == "Pending"]
    if pending and not (seen.default_class or pending[0].storage_class):
        return missing(
            f"The claim {pending[0].name} gets no volume: the cluster has no default storage class.",
            f"kubetui addon add {CLUSTER_HERE} storage",
        )
    return said


@dataclass(frozen=True, slots=True)
class Kept:
    """What Jobs that ended well left: those Jobs, a claim, and what is on its volume."""

    jobs: tuple[Job, ...]
    claim: str
    found: Found


def kept(seen: Seen, good: Callable[[Found], bool]) -> Kept | Verdict | Look:
    """Return what the Jobs left where all is `good`, or else where the model is; a Look while that is not known."""
    jobs = ended(seen, "trains a model")
    if isinstance(jobs, Verdict):
        return jobs
    mounted = volumes(seen, jobs)
    if isinstance(mounted, Verdict):
        return mounted
    there = looked(seen, [Look(claim.name, job.image) for job, claim in mounted], good)
    return there if isinstance(there, Look) else Kept(jobs, *there)


def volumes(seen: Seen, jobs: Sequence[Job]) -> tuple[tuple[Job, Claim], ...] | Verdict:
    """Return the claims with a volume that these Jobs mount, each with the newest that does, or what is missing."""
    mounting = [each for each in reversed(jobs) if each.claims]
    if not mounting:
        return missing(
            f"The Job {jobs[-1].name} ended, but it mounts no claim: what it wrote is gone with its pod.",
            "It needs a volume with persistentVolumeClaim, and a volumeMount in its container.",
        )
    bound = {claim.name: (job, claim) for job in reversed(mounting) for claim in seen.bound(job.claims)}
    if bound:
        return tuple(sorted(bound.values(), key=lambda each: each[0].ended, reverse=True))
    name = mounting[0].claims[0]
    phase = next((each.phase for each in seen.claims if each.name == name), "gone")
    return missing(
        f"The claim {name} of the Job {mounting[0].name} is {phase}, not Bound.", f"kubectl describe {_IN} pvc/{name}"
    )


def looked(seen: Seen, looks: Sequence[Look], good: Callable[[Found], bool]) -> Look | tuple[str, Found]:
    """Return the first claim on which all is good, or else the one with the model; a Look while that is not known."""
    for each in looks:
        if each.claim not in seen.found:
            return each
        if good(seen.found[each.claim]):
            return each.claim, seen.found[each.claim]
    best = next((each.claim for each in looks if MODEL in seen.found[each.claim].files), looks[0].claim)
    return best, seen.found[best]


def lacking(claim: str, found: Found) -> Verdict | None:
    """Return what is wrong with the model on a claim; None where it is good."""
    if found.trouble:
        return missing(
            f"The claim {claim} cannot be looked at: {found.trouble}",
            "That takes a pod with the image of yours that mounts the claim: it needs Python and joblib.",
        )
    for name in (MODEL, TEST):
        if name not in found.files:
            others = ", ".join(sorted(found.files)) or "nothing"
            return missing(
                f"The claim {claim} has no file {name}; it has {others}.",
                f"The Job that trains has to write {name} into the volume's root.",
            )
    if found.model:
        return missing(
            f"{MODEL} and {TEST} cannot be used: {found.model}",
            f"joblib.dump writes {MODEL}; a row of {TEST} is a digit and its 64 pixels, separated by commas.",
        )
    if found.score < GOOD:
        return missing(
            f"The model reads {found.score:.0%} of the digits right, which is less than {GOOD:.0%}.",
            "Does it scale the pixels as training did? Keep the scaler in the model: "
            "make_pipeline(MinMaxScaler(), ...).",
        )
    return None


def wrote(jobs: Sequence[Job], found: Found, file: str) -> Job | None:
    """Return the Job that ran when a file was written; None where no Job did, or clocks differ too much to tell."""
    if file not in found.files or not jobs:
        return None
    at = found.files[file]

    def apart(job: Job) -> float:
        return max(job.started - at, at - job.ended, 0.0)

    nearest = min(jobs, key=apart)
    return nearest if apart(nearest) <= _SKEW else None


def scored(log: str) -> bool:
    """Return whether a Job printed a score."""
    return _SCORE.search(log) is not None
