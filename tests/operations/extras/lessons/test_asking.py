"""How a cluster is asked about its lessons: what scripts print, what a look finds, and what it leaves."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.base.errors import RunError, UsageError
from kubetui.operations.extras.lessons import asking, record
from kubetui.operations.extras.lessons.check import check
from kubetui.operations.extras.lessons.record import Entry, Record
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.profile import Profile
from kubetui.software.lessons import CATALOGUE, LOOKS, Begun, Found, Look
from tests.operations.extras.lessons.conftest import Learner
from tests.software.lessons.states import FOUND, State

GOOD = {"files": dict(FOUND.files), "score": 0.9667, "tested": 360, "predicted": 360, "right": 0.9667}
TRAIN, BATCH = CATALOGUE["train"], CATALOGUE["batch"]


async def test_a_lesson_is_judged_by_what_a_look_finds(learner: Learner) -> None:
    learner.is_in(State("train"), GOOD)
    verdict = await check(learner.cluster, TRAIN)
    assert verdict.text == "model.joblib on the claim data reads 96.7% of 360 digits right."
    template = learner.created["spec"]["template"]
    assert template["spec"]["volumes"] == [{"name": "claim", "persistentVolumeClaim": {"claimName": "data"}}]
    assert template["spec"]["containers"][0]["image"] == "docker.io/library/python:3.13-sklearn"
    assert template["spec"]["containers"][0]["volumeMounts"][0]["readOnly"] is True
    assert template["metadata"]["labels"] == {LOOKS: "now"}
    assert learner.did == []
    assert (learner.standins / "did").read_text().splitlines() == ["delete jobs", "delete job.batch/kubetui-looks-x"]


async def test_every_claim_is_looked_at_until_one_is_right(learner: Learner) -> None:
    state = State("train")
    state.copied("PersistentVolumeClaim", "data", "notes")
    job = state.copied("Job", "train", "later")
    job["status"]["completionTime"] = "2026-11-29T05:00:00Z"
    job["spec"]["template"]["spec"]["volumes"][1]["persistentVolumeClaim"]["claimName"] = "notes"
    learner.is_in(state, {"files": {}}, GOOD)
    assert (await check(learner.cluster, TRAIN)).done


async def test_a_cluster_without_the_namespace_is_asked_for_nothing_more(learner: Learner) -> None:
    state = State("train")
    del state.document["objects"]
    learner.is_in(state, namespace=None)
    verdict = await check(learner.cluster, TRAIN)
    assert verdict.text == "There is no namespace lessons yet."


async def test_hints_name_the_cluster(learner: Learner) -> None:
    state = State("break")
    learner.is_in(state)
    assert (await check(learner.cluster, CATALOGUE["break"])).hint.endswith("kubetui lesson start lab break")


async def test_a_look_whose_job_fails_is_told_and_removed(learner: Learner) -> None:
    learner.is_in(State("train"), ended="Failed")
    (learner.standins / "state.json").write_text(
        (learner.standins / "state.json").read_text().replace('"found": []', '"found": ["no such file"]')
    )
    verdict = await check(learner.cluster, TRAIN)
    assert verdict.text == "The claim data cannot be looked at: no such file"
    assert (learner.standins / "did").read_text().splitlines()[-1] == "delete job.batch/kubetui-looks-x"


async def test_a_look_that_does_not_end_says_how_its_pod_is(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_MOST", 1)
    learner.is_in(State("train"), ended="")
    verdict = await check(learner.cluster, TRAIN)
    assert not verdict.done
    assert "did not end within 1 s: kubetui-looks-x-1 0/1 ImagePullBackOff" in verdict.text
    assert (learner.standins / "did").read_text().splitlines()[-1] == "delete job.batch/kubetui-looks-x"


async def test_passing_is_remembered_and_forgotten_where_it_is_no_longer_so(learner: Learner) -> None:
    record.write(learner.cluster, Record(lessons={"train": Entry(Begun(1.0))}))
    learner.is_in(State("train"), GOOD)
    await check(learner.cluster, TRAIN)
    assert record.read(learner.cluster).lessons["train"].passed > 0
    learner.is_in(State("train"), {**GOOD, "score": 0.1})
    await check(learner.cluster, TRAIN)
    assert record.read(learner.cluster).lessons["train"].passed == 0


async def test_what_is_no_answer_of_kubectl_is_an_error(learner: Learner) -> None:
    learner.is_in(State("train"), objects={"items": [{"kind": "Job"}]})
    with pytest.raises(RunError, match="kubectl does not tell about the namespace lessons"):
        await check(learner.cluster, TRAIN)


async def test_a_rehearsal_is_refused(learner: Learner) -> None:
    learner.cluster.profile.write_text(profilefile.dump(Profile(name="lab", provider="rehearsal")))
    with pytest.raises(UsageError, match="is a rehearsal, and runs no pods to learn with"):
        await check(learner.cluster, TRAIN)


@given(st.text())
def test_any_text_of_a_look_is_understood_or_told(text: str) -> None:
    assert isinstance(asking.found(text), Found)


@given(st.recursive(st.none() | st.floats() | st.text(), lambda inner: st.dictionaries(st.text(), inner)))
def test_any_document_of_a_look_is_understood_or_told(document: object) -> None:
    assert isinstance(asking.found(json.dumps({"files": document, "score": 0.9})), Found)


def test_what_a_look_finds_is_read() -> None:
    found = asking.found(json.dumps({"files": {"a\x1b[31mb": 7}, "score": 0.5, "answer": "\x1b[31mno", "new": 1}))
    assert (dict(found.files), found.score, found.answer) == ({"ab": 7.0}, 0.5, "no")
    assert asking.found("Traceback").trouble == "Traceback"
    assert asking.found("").trouble == "the Job printed nothing."
    assert asking.found("[1]").trouble


def test_a_job_that_looks_goes_by_itself() -> None:
    spec = asking.manifest(Look("data", "mine:1"))["spec"]
    assert spec["ttlSecondsAfterFinished"] == 60
    assert spec["activeDeadlineSeconds"] == 120
    assert spec["backoffLimit"] == 0
