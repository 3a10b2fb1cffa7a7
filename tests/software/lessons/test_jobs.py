"""The lessons with Jobs, train and batch: what counts as done, whatever it is called, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kubetui.software.lessons.reading import when
from tests.software.lessons.states import State

Edit = Callable[[State], object]


def no_namespace(state: State) -> None:
    state.document = {"now": 1.0, "namespace": None, "cluster": state.document["cluster"]}


def unfinished(state: State, job: str, **status: object) -> None:
    state.item("Job", job)["status"] = {"startTime": "2026-11-29T03:12:00Z", **status}


def waits(state: State, reason: str, message: str) -> None:
    unfinished(state, "train")
    status = state.item("Pod", "train-ct5d5")["status"]
    status["containerStatuses"][0]["state"] = {"waiting": {"reason": reason, "message": message}}


def failed(state: State) -> None:
    condition = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "Job has failed"}
    unfinished(state, "train", conditions=[condition])
    state.logged("train", "Traceback\nValueError: no \x1b[31msuch file\n")


def no_class(state: State) -> None:
    unfinished(state, "train")
    items = state.document["cluster"]["items"]
    items[:] = [each for each in items if each["kind"] != "StorageClass"]
    claim = state.item("PersistentVolumeClaim", "data")
    claim |= {"spec": {}, "status": {"phase": "Pending"}}
    scheduled = {"type": "PodScheduled", "status": "False", "message": "unbound immediate PersistentVolumeClaims"}
    state.item("Pod", "train-ct5d5")["status"] = {"conditions": [scheduled]}


def no_claim(state: State, job: str = "train") -> None:
    state.item("Job", job)["spec"]["template"]["spec"]["volumes"] = [{"name": "data", "emptyDir": {}}]


def not_mounted(state: State) -> None:
    state.item("Job", "train")["spec"]["template"]["spec"]["containers"][0]["volumeMounts"] = []


def lost(state: State) -> None:
    state.item("PersistentVolumeClaim", "data")["status"]["phase"] = "Lost"


TRAIN_WRONG: list[tuple[Edit, str, str]] = [
    (no_namespace, "There is no namespace lessons yet.", "kubectl apply -k ."),
    (lambda state: state.without("Job"), "has no Job that trains a model.", "A bare pod does not count"),
    (lambda state: unfinished(state, "train"), "The Job train has not ended yet.", "kubectl wait"),
    (failed, "failed: BackoffLimitExceeded: Job has failed Its last line: ValueError: no such file", "immutable"),
    (
        lambda state: waits(state, "ImagePullBackOff", "Back-off pulling image"),
        "The pod train-ct5d5 of the Job train does not run: ImagePullBackOff: Back-off pulling image",
        "kubetui image load @CLUSTER@ IMAGE",
    ),
    (no_class, "The claim data gets no volume: the cluster has no default storage class.", "addon add @CLUSTER@ stor"),
    (no_claim, "The Job train ended, but it mounts no claim: what it wrote is gone with its pod.", "volumeMount"),
    (not_mounted, "The Job train ended, but it mounts no claim", "volumeMount"),
    (lost, "The claim data of the Job train is Lost, not Bound.", "kubectl describe"),
    (
        lambda state: state.finds(without="model.joblib"),
        "The claim data has no file model.joblib; it has predictions.csv, test.csv, train.csv.",
        "into the volume's root",
    ),
    (lambda state: state.finds(without="test.csv"), "The claim data has no file test.csv", "into the volume's root"),
    (
        lambda state: state.finds(model="ValueError: could not convert string to float: 'digit'"),
        "model.joblib and test.csv cannot be used: ValueError: could not convert",
        "a row of test.csv is a digit and its 64 pixels",
    ),
    (
        lambda state: state.finds(score=0.11),
        "The model reads 11% of the digits right, which is less than 90%.",
        "Keep the scaler in the model",
    ),
    (
        lambda state: state.finds(trouble="the Job that looks did not end."),
        "The claim data cannot be looked at: the Job that looks did not end.",
        "Python and joblib",
    ),
]


def test_our_own_way_trains() -> None:
    said = State("train").said()
    assert (said.done, said.text) == (True, "model.joblib on the claim data reads 96.7% of 360 digits right.")


def test_another_way_trains() -> None:
    state = State("train")
    state.renamed(train="fit", data="store")
    state.item("Job", "fit")["spec"]["template"]["spec"]["containers"][0]["image"] = "localhost/mine:7"
    assert state.said().text == "model.joblib on the claim store reads 96.7% of 360 digits right."


@pytest.mark.parametrize(("edit", "text", "hint"), TRAIN_WRONG)
def test_what_is_no_training_is_refused(edit: Edit, text: str, hint: str) -> None:
    state = State("train")
    edit(state)
    said = state.said()
    assert not said.done
    assert text in said.text
    assert hint in said.hint
    assert said.of("lab").hint.count("@") == 0


def elsewhere(state: State, *, ended: str, mounts: str) -> None:
    """Add a Job `later` with a claim of its own, on which a look finds nothing."""
    state.copied("PersistentVolumeClaim", "data", mounts)
    job = state.copied("Job", "train", "later")
    job["status"]["completionTime"] = ended
    job["spec"]["template"]["spec"]["volumes"][1]["persistentVolumeClaim"]["claimName"] = mounts
    state.finds(mounts, files={"notes.txt": when(ended)})


@pytest.mark.parametrize("ended", ["2026-11-29T03:11:59Z", "2026-11-29T05:00:00Z"])
def test_the_model_may_be_on_any_claim_of_any_job(ended: str) -> None:
    state = State("train")
    elsewhere(state, ended=ended, mounts="notes")
    assert state.said().text.startswith("model.joblib on the claim data reads")


def test_of_several_claims_the_one_with_the_model_is_told_about() -> None:
    state = State("train")
    elsewhere(state, ended="2026-11-29T05:00:00Z", mounts="notes")
    state.finds("data", score=0.5)
    assert state.said().text.startswith("The model reads 50%")


def test_one_job_may_mount_two_claims() -> None:
    state = State("train")
    template = state.item("Job", "train")["spec"]["template"]["spec"]
    template["volumes"][0] = {"name": "code", "persistentVolumeClaim": {"claimName": "scratch"}}
    state.copied("PersistentVolumeClaim", "data", "scratch")
    state.finds("scratch", files={})
    assert state.said().done


def test_our_own_way_predicts() -> None:
    said = State("batch").said()
    assert (said.done, said.text) == (True, "The Job batch predicted 360 rows, 96.7% of them right.")


def test_another_way_predicts() -> None:
    state = State("batch")
    state.renamed(train="fit", batch="guess", data="store")
    state.logged("guess", "Accuracy: 0.97")
    assert state.said().text == "The Job guess predicted 360 rows, 96.7% of them right."


def test_training_may_come_again_after_predicting() -> None:
    state = State("batch")
    state.item("Job", "train")["status"] |= {
        "startTime": "2026-11-29T03:30:00Z",
        "completionTime": "2026-11-29T03:30:20Z",
    }
    state.finds(files={**state.found["data"].files, "model.joblib": when("2026-11-29T03:30:10Z")})
    assert state.said().text.startswith("The Job batch predicted")


def test_the_job_that_trained_may_be_gone() -> None:
    state = State("batch")
    state.without("Job", "train")
    assert state.said().text.startswith("The Job batch predicted")


def test_a_clock_that_is_far_off_is_no_wrong_way() -> None:
    state = State("batch")
    state.finds(files={name: at + 7200 for name, at in state.found["data"].files.items()})
    assert state.said().text.startswith("The Job batch predicted")


def other_job(state: State, log: str = "score 0.99", **status: str) -> None:
    """Add a Job that came before training, with a score, and mounts nothing."""
    job = state.copied("Job", "train", "aside")
    job["status"] |= {"startTime": "2026-11-29T03:00:00Z", "completionTime": "2026-11-29T03:00:09Z"} | status
    no_claim(state, "aside")
    state.logged("aside", log)


def test_an_earlier_job_is_not_taken_for_the_training() -> None:
    state = State("batch")
    other_job(state)
    assert state.said().text.startswith("The Job batch predicted")


def alone(state: State) -> None:
    state.without("Job", "batch")
    state.finds(without="predictions.csv")


def trained_and_predicted(state: State) -> None:
    """One Job did both; that there is another, which mounts the claim and tells a score, does not help."""
    state.finds(files={**state.found["data"].files, "predictions.csv": when("2026-11-29T03:12:07Z")})


def only_aside(state: State) -> None:
    alone(state)
    other_job(state)


def second_unfinished(state: State) -> None:
    unfinished(state, "batch")
    state.finds(without="predictions.csv")
    other_job(state)


def third_tells(state: State) -> None:
    """The Job that predicted prints nothing, and a third one that mounts the claim prints a score."""
    state.logged("batch", "done")
    job = state.copied("Job", "batch", "third")
    job["status"] |= {"startTime": "2026-11-29T04:00:00Z", "completionTime": "2026-11-29T04:00:09Z"}
    state.logged("third", "score 0.99")


BATCH_WRONG: list[tuple[Edit, str, str]] = [
    (no_namespace, "There is no namespace lessons yet.", "of the lesson train"),
    (alone, "There is no second Job beside train.", "two Jobs with one volume"),
    (trained_and_predicted, "The Job train wrote both model.joblib and predictions.csv.", "two Jobs"),
    (only_aside, "The Job aside does not mount the claim data, where the model is.", "{claimName: data}"),
    (second_unfinished, "The Job batch has not ended yet.", "kubectl wait"),
    (lambda state: state.logged("batch", "done\n"), "The Job batch ended, but its log tells no score.", "score 0.967"),
    (third_tells, "The Job batch ended, but its log tells no score.", "score 0.967"),
    (lambda state: state.finds(without="predictions.csv"), "The claim data has no file predictions.csv.", "beside"),
    (lambda state: state.finds(predicted=359), "predictions.csv has 359 rows, and test.csv has 360.", "headings"),
    (lambda state: state.finds(right=0.1), "10% of the predictions are right; the model itself reads 97%.", "order"),
    (lambda state: state.finds(score=0.3), "The model reads 30%", "Keep the scaler"),
]


@pytest.mark.parametrize(("edit", "text", "hint"), BATCH_WRONG)
def test_what_is_no_batch_is_refused(edit: Edit, text: str, hint: str) -> None:
    state = State("batch")
    edit(state)
    said = state.said()
    assert not said.done
    assert text in said.text
    assert hint in said.hint
