"""The lesson batch: a second Job reads the model from the volume, predicts and prints the score."""

from __future__ import annotations

from typing import Final

from kubetui.software.lessons.jobs import GOOD, MODEL, TEST, Kept, kept, lacking, scored, unfinished, wrote
from kubetui.software.lessons.lesson import Begun, Lesson, Look, Verdict, done, missing
from kubetui.software.lessons.seen import NAMESPACE, Found, Job, Seen

PREDICTIONS: Final = "predictions.csv"


def judge(seen: Seen, _begun: Begun | None) -> Verdict | Look:
    """Return whether a second Job wrote predictions to the volume of the first and printed their score."""
    there = kept(seen, lambda each: PREDICTIONS in each.files and not lacking("", each))
    if not isinstance(there, Kept):
        return there
    if said := lacking(there.claim, there.found):
        return said
    second = _second(seen, there.jobs, there.claim, there.found)
    return second if isinstance(second, Verdict) else _predicted(there.claim, second, there.found)


def _second(seen: Seen, jobs: tuple[Job, ...], claim: str, found: Found) -> Job | Verdict:
    """Return the Job that predicted, or what is missing of it: it mounts the claim, and is not the one that trained.

    Which Job wrote a file is told by when that was.
    """
    mounting = [each for each in jobs if claim in each.claims]
    trained, predicted = wrote(mounting, found, MODEL), wrote(mounting, found, PREDICTIONS)
    if predicted is not None and predicted is trained:
        return missing(
            f"The Job {trained.name} wrote both {MODEL} and {PREDICTIONS}.",
            "Training and predicting are two Jobs with one volume.",
        )
    others = [each for each in mounting if each is not trained]
    if not others:
        return _none(seen, jobs, claim, trained)
    telling = [each for each in others if scored(each.log) and predicted in {None, each}]
    if telling:
        return telling[-1]
    return missing(
        f"The Job {(predicted or others[-1]).name} ended, but its log tells no score.",
        'It has to print one, such as "score 0.967".',
    )


def _none(seen: Seen, jobs: tuple[Job, ...], claim: str, trained: Job | None) -> Verdict:
    if waiting := [each for each in seen.jobs if not each.ended]:
        return unfinished(seen, waiting)
    if apart := [each for each in jobs if claim not in each.claims]:
        return missing(
            f"The Job {apart[-1].name} does not mount the claim {claim}, where the model is.",
            f"persistentVolumeClaim: {{claimName: {claim}}} in its volumes, and a volumeMount.",
        )
    return missing(
        f"There is no second Job beside {trained.name if trained else 'the one that trained'}.",
        "Training and predicting are two Jobs with one volume.",
    )


def _predicted(claim: str, job: Job, found: Found) -> Verdict:
    if PREDICTIONS not in found.files:
        return missing(
            f"The claim {claim} has no file {PREDICTIONS}.",
            f"The second Job has to write it beside {MODEL}.",
        )
    if found.predicted != found.tested:
        return missing(
            f"{PREDICTIONS} has {found.predicted} rows, and {TEST} has {found.tested}.",
            "After a line of headings it has a line for each row, with the prediction in the last column.",
        )
    if found.right < GOOD:
        return missing(
            f"{found.right:.0%} of the predictions are right; the model itself reads {found.score:.0%}.",
            "Give the model the pixels as they are in the file, and keep the order of the rows.",
        )
    return done(f"The Job {job.name} predicted {found.predicted} rows, {found.right:.1%} of them right.")


BATCH: Final = Lesson(
    name="batch",
    title="Predict many rows with a second Job",
    goal=f"A second Job mounts the same claim and predicts every row of {TEST} with {MODEL}. Beside them it writes "
    f"{PREDICTIONS}: a line of headings, then a line for each row, in the same order, with the prediction in its last "
    "column. Its log tells the score.",
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
            "The claim is ReadWriteOnce: any number of pods may mount it, but only on one node. So the second pod runs "
            "where the first one ran."
        ),
        "A model loads reliably only with the scikit-learn that wrote it. Both Jobs have the same image.",
        (
            "Who scales the pixels? The model itself: its first part is the scaler. A program that forgets to scale "
            "gets wrong digits, and no error."
        ),
    ),
    judge=judge,
    leaves=(PREDICTIONS,),
    concepts=("volume", "scheduler"),
)
