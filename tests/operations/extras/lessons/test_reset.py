"""What a reset takes away: what a lesson and those after it made, in any way, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kubetui.base.errors import RunError
from kubetui.operations.extras.lessons import folder, record
from kubetui.operations.extras.lessons.record import Entry, Record
from kubetui.operations.extras.lessons.reset import Object, Removal, Restoring, planned, removal, reset
from kubetui.software.lessons import CATALOGUE, LABEL, LOOKS, Begun
from kubetui.software.lessons.reading import when
from tests.operations.extras.lessons.conftest import Learner
from tests.software.lessons.states import PODS, REPLACED, REVISION, State, begun

VOLUME = "pvc-6d500e69-2453-401a-abb1-26b9fa370a3f"
STARTED = {
    "train": Begun(when("2026-11-29T03:11:00Z")),
    "batch": Begun(when("2026-11-29T03:12:56Z")),
    "serve": Begun(when("2026-11-29T03:13:40Z")),
    "scale": replace(begun("2026-11-29T03:14:59Z", *PODS[:2]), replicas=2),
    "break": begun("2026-11-29T03:16:56Z", *PODS),
    "rollout": begun("2026-11-29T03:18:34Z", *PODS),
}
"""When each lesson was started on the recorded cluster."""
RECORD = Record("mine:1", {name: Entry(each) for name, each in STARTED.items()})


def item(kind: str, name: str, at: str = "2026-11-29T03:19:00Z", api: str = "v1", **about: Any) -> dict[str, Any]:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "creationTimestamp": at, **about}}


def everything(state: State) -> list[Any]:
    """Return all of the namespace, as a reset lists it."""
    return [
        *state.items,
        item("ConfigMap", "kube-root-ca.crt"),
        item("ServiceAccount", "default"),
        item("ConfigMap", "train-code-1", labels={LABEL: "train"}),
        item("ConfigMap", "serve-code-2", labels={LABEL: "rollout"}),
        item("Job", "kubetui-looks-x", api="batch/v1", labels={LOOKS: "now"}),
    ]


def gone(lesson: str, state: State | None = None, known: Record = RECORD, *more: Any) -> Removal:
    there = state or State("rollout")
    return removal(CATALOGUE[lesson], known, there.seen(), [*everything(there), *more])


def names(going: Removal) -> set[str]:
    return set(map(str, going.objects))


def test_the_first_takes_the_whole_namespace_and_its_volumes() -> None:
    going = gone("train")
    assert names(going) == {
        *("Job train", "Job batch", "PersistentVolumeClaim data", "Deployment serve", "Service serve"),
        *("ConfigMap train-code-1", "ConfigMap serve-code-2", "Namespace lessons"),
    }
    assert str(going.objects[-1]) == "Namespace lessons"
    assert going.objects[-1].document == {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lessons"}}
    assert going.volumes == (VOLUME,)
    assert f"PersistentVolume {VOLUME}, with its data" in going.lines()
    assert going.restoring is None


def test_a_volume_that_nobody_else_removes_goes_too() -> None:
    state = State("rollout")
    volume = next(each for each in state.document["cluster"]["items"] if each["kind"] == "PersistentVolume")
    volume["spec"]["persistentVolumeReclaimPolicy"] = "Retain"
    going = gone("train", state)
    assert going.volumes == ()
    assert going.objects[-1] == Object("v1", "PersistentVolume", VOLUME, "")


@pytest.mark.parametrize(
    ("lesson", "objects"),
    [
        ("batch", {"Job batch", "Deployment serve", "Service serve", "ConfigMap serve-code-2"}),
        ("serve", {"Deployment serve", "Service serve", "ConfigMap serve-code-2"}),
        ("scale", {"ConfigMap serve-code-2"}),
        ("break", {"ConfigMap serve-code-2"}),
        ("rollout", {"ConfigMap serve-code-2"}),
    ],
)
def test_each_takes_what_it_and_those_after_it_made(lesson: str, objects: set[str]) -> None:
    assert names(gone(lesson)) - {f"ReplicaSet {REPLACED}"} == objects


def test_what_has_no_label_is_a_lessons_where_it_came_after_its_start() -> None:
    state = State("rollout")
    state.renamed(serve="api", batch="guess", data="store")
    before = item("Secret", "mine", at="2026-11-29T03:13:39Z")
    after = item("Secret", "theirs", at="2026-11-29T03:13:40Z")
    assert names(gone("serve", state, RECORD, before, after)) >= {"Deployment api", "Service api", "Secret theirs"}
    assert "Secret mine" not in names(gone("serve", state, RECORD, before, after))
    assert "Job guess" not in names(gone("serve", state))


def test_what_has_no_label_stays_where_nobody_started_the_lesson() -> None:
    state = State("rollout")
    state.renamed(serve="api")
    assert names(gone("serve", state, Record())) == {"ConfigMap serve-code-2"}


def test_predictions_go_from_the_volume_with_the_image_that_made_them() -> None:
    going = gone("batch")
    assert [(each.claim, each.image) for each in going.looks] == [("data", "docker.io/library/python:3.13-sklearn")]
    assert "predictions.csv on the claim data" in going.lines()
    assert gone("serve").looks == ()


def test_a_deployment_is_put_back_as_the_first_of_these_lessons_found_it() -> None:
    assert gone("scale").restoring == Restoring("serve", 2, "")
    assert gone("break").restoring is None
    out = State("rollout")
    for name, number in ((REVISION, "1"), (REPLACED, "2")):
        out.item("ReplicaSet", name)["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = number
    going = gone("rollout", out)
    assert going.restoring == Restoring("serve", 4, REVISION)
    assert f"Deployment serve back to 4 replicas and version {REVISION}" in going.lines()
    assert f"ReplicaSet {REPLACED}" in names(going)


def test_old_versions_of_the_lesson_go_and_earlier_ones_stay() -> None:
    state = State("rollout")
    state.copied("ReplicaSet", REPLACED, "serve-earlier")["metadata"]["creationTimestamp"] = "2026-11-29T03:14:00Z"
    assert names(gone("rollout", state)) == {"ConfigMap serve-code-2", f"ReplicaSet {REPLACED}"}


def test_files_go_where_nobody_changed_them(tmp_path: Path) -> None:
    _, sums = folder.write(CATALOGUE["serve"], "mine:1", tmp_path, {})
    (tmp_path / "serve.py").write_text("# mine\n")
    going = gone("serve", known=RECORD.having("serve", Entry(STARTED["serve"], str(tmp_path), sums)))
    assert going.kept == (tmp_path / "serve.py",)
    assert set(going.files) == {tmp_path / name for name, _ in CATALOGUE["serve"].files} - {tmp_path / "serve.py"}


def test_there_may_be_nothing_to_take_away() -> None:
    state = State("train")
    state.document.update(namespace=None, objects=None)
    state.document["cluster"]["items"] = []
    going = removal(CATALOGUE["train"], Record(), state.seen(), [])
    assert going.empty
    assert list(going.lines()) == []


async def test_a_reset_tells_kubectl_and_forgets(learner: Learner) -> None:
    state = State("rollout")
    learner.is_in(state, items=everything(state))
    record.write(learner.cluster, RECORD)
    going = await planned(learner.cluster, CATALOGUE["scale"])
    assert learner.did == []
    await reset(learner.cluster, going)
    assert learner.did == [
        "scale deployment/serve --replicas=2",
        "rollout status deployment/serve",
        f"delete ConfigMap serve-code-2 ReplicaSet {REPLACED} --cascade=foreground",
    ]
    assert set(record.read(learner.cluster).lessons) == {"train", "batch", "serve"}


async def test_a_version_is_put_back_by_its_number(learner: Learner) -> None:
    learner.is_in(State("rollout"))
    await reset(learner.cluster, Removal(("rollout",), restoring=Restoring("serve", 4, REVISION)))
    assert learner.did[0] == "rollout undo deployment/serve --to-revision=3"


async def test_the_first_waits_until_volumes_are_gone(learner: Learner) -> None:
    state = State("rollout")
    learner.is_in(state, items=everything(state))
    await reset(learner.cluster, await planned(learner.cluster, CATALOGUE["train"]))
    deleted, waited = learner.did
    assert deleted.endswith("Namespace lessons --cascade=foreground")
    assert waited == f"wait persistentvolume/{VOLUME}"


def takes_away(learner: Learner) -> bool:
    """Return whether the last look was one that removes the predictions."""
    (container,) = learner.created["spec"]["template"]["spec"]["containers"]
    return {"name": "REMOVE", "value": "predictions.csv"} in container["env"]


@pytest.mark.parametrize(
    ("files", "there"), [({"predictions.csv": 1, "notes.txt": 1}, True), ({"notes.txt": 1}, False)]
)
async def test_only_what_is_on_the_volume_is_told_and_removed(learner: Learner, files: object, there: bool) -> None:  # noqa: FBT001 - a parameter of the test
    state = State("train")
    learner.is_in(state, {"files": files}, {"files": {}}, items=state.items)
    going = await planned(learner.cluster, CATALOGUE["batch"])
    assert going.empty is not there
    assert ("predictions.csv on the claim data" in going.lines()) is there
    assert not takes_away(learner)
    await reset(learner.cluster, going)
    assert takes_away(learner) is there


async def test_files_of_a_volume_that_cannot_be_removed_stop_a_reset(learner: Learner) -> None:
    state = State("rollout")
    learner.is_in(state, items=everything(state), ended="Failed", found=["no space", "no space"])
    record.write(learner.cluster, RECORD)
    going = await planned(learner.cluster, CATALOGUE["batch"])
    with pytest.raises(RunError, match=r"predictions\.csv on the claim data cannot be removed: no space"):
        await reset(learner.cluster, going)
    assert learner.did == []
    assert record.read(learner.cluster) == RECORD
    assert takes_away(learner)


@pytest.mark.parametrize("items", [7, [7]])
async def test_a_list_that_is_none_is_an_error(learner: Learner, items: object) -> None:
    learner.is_in(State("rollout"), all=items)
    with pytest.raises(RunError, match="kubectl does not list the namespace lessons"):
        await planned(learner.cluster, CATALOGUE["batch"])
