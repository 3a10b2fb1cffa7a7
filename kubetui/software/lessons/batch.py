"""The lesson batch: a second Job reads the model from the volume, predicts and prints the score."""

from __future__ import annotations

from typing import Final

from kubetui.software.lessons.jobs import GOOD, MODEL, TEST, ended, modelled, scored, unfinished, volume
from kubetui.software.lessons.lesson import Begun, Lesson, Look, Verdict, done, missing
from kubetui.software.lessons.seen import NAMESPACE, Found, Job, Seen

PREDICTIONS: Final = "predictions.csv"


def judge(seen: Seen, _begun: Begun | None) -> Verdict | Look:
    """Return whether a second Job wrote predictions to the volume of the first and printed their score."""
    jobs = ended(seen, "trains a model")
    if isinstance(jobs, Verdict):
        return jobs
    kept = volume(seen, jobs[:1] if jobs[0].claims else jobs)
    if isinstance(kept, Verdict):
        return kept
    trained, claim = kept
    second = _second(seen, jobs, trained, claim.name)
    if isinstance(second, Verdict):
        return second
    if seen.found is None:
        return Look(claim.name, second.image)
    return modelled(claim.name, seen.found) or _predicted(claim.name, second, seen.found)


def _second(seen: Seen, jobs: tuple[Job, ...], trained: Job, claim: str) -> Job | Verdict:
    """Return the newest Job that could have predicted, or what is missing of one."""
    others = [each for each in jobs if each is not trained]
    if not others:
        running = [each for each in seen.jobs if each is not trained]
        if running:
            return unfinished(seen, running[-1])
        return missing(
            f"There is no second Job beside {trained.name}.", "Training and predicting are two Jobs with one volume."
        )
    mounting = [each for each in others if claim in each.claims]
    if not mounting:
        return missing(
            f"The Job {others[-1].name} does not mount the claim {claim}, where the model is.",
            f"claimName: {claim} in its volumes.",
        )
    telling = [each for each in mounting if scored(each.log)]
    if not telling:
        return missing(
            f"The Job {mounting[-1].name} ended, but its log tells no score.",
            'It has to print one, such as "score 0.967".',
        )
    return telling[-1]


def _predicted(claim: str, job: Job, found: Found) -> Verdict:
    if PREDICTIONS not in (found.files or {}):
        return missing(
            f"The claim {claim} has no file {PREDICTIONS}.",
            f"The second Job has to write {PREDICTIONS} beside {MODEL}.",
        )
    if found.predicted != found.tested:
        return missing(
            f"{PREDICTIONS} has {found.predicted} rows, and {TEST} has {found.tested}.",
            "One line for each row, after a line of headings, with the prediction in the last column.",
        )
    if found.right < GOOD:
        return missing(
            f"{found.right:.0%} of the predictions are right; the model itself reads {found.score:.0%}.",
            "Scale the pixels as training did, and keep the order of the rows.",
        )
    return done(f"The Job {job.name} predicted {found.predicted} rows, {found.right:.1%} of them right.")


BATCH: Final = Lesson(
    name="batch",
    title="Predict many rows with a second Job",
    goal=f"A second Job mounts the same claim, reads {MODEL} and {TEST}, writes {PREDICTIONS} beside them (a line "
    f"of headings, then a line "
    "for each row with the prediction in the last column) and prints its score.",
    after="train",
    files=(
        ("batch.py", "loads the model, predicts, writes and prints"),
        ("job.yaml", "runs batch.py with the claim of the first lesson"),
        ("kustomization.yaml", "what kubectl apply -k applies, and the ConfigMap with the script"),
    ),
    commands=(
        "kubectl apply -k .",
        f"kubectl wait --namespace={NAMESPACE} --for=condition=complete job/batch --timeout=300s",
        f"kubectl logs --namespace={NAMESPACE} job/batch",
    ),
    hints=(
        (
            "The claim is ReadWriteOnce: one node mounts it, with any number of pods. The second pod runs where the "
            "first ran."
        ),
        "A model loads reliably only with the scikit-learn that wrote it. Both Jobs have the same image.",
        (
            "Who scales the pixels? The model itself: its first part is the scaler. Without it, predictions are wrong "
            "and nothing fails."
        ),
    ),
    judge=judge,
    leaves=(PREDICTIONS,),
    concepts=("volume",),
)
