"""What holds for every lesson: its files, its words, and a judge that no state of a cluster surprises."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path
from random import Random

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kubetui.explain.concepts import find
from kubetui.software.lessons import CATALOGUE, IMAGE, LABEL, LOOKS, NAMESPACE, Lesson, Look, Verdict
from kubetui.software.lessons.lesson import CLUSTER_HERE, NODE_HERE
from tests.software.lessons.states import PODS, State, begun

ALL = list(CATALOGUE.values())
BEGUN = begun("2026-11-29T03:18:34Z", "a pod of old", *PODS[1:])


@pytest.fixture(params=ALL, ids=lambda each: each.name)
def lesson(request: pytest.FixtureRequest) -> Lesson:
    found = request.param
    assert isinstance(found, Lesson)
    return found


def test_each_stands_on_the_one_before() -> None:
    names = list(CATALOGUE)
    assert [each.after for each in ALL] == ["", *names[:-1]]


def test_its_files_are_those_of_its_folder(lesson: Lesson) -> None:
    folder = resources.files("kubetui.software.lessons").joinpath("files", lesson.name)
    there = {each.name for each in folder.iterdir()} if lesson.files else set()
    assert {name for name, _ in lesson.files} == there - {"__pycache__"}


def test_its_manifests_are_whole(lesson: Lesson) -> None:
    for name, _ in lesson.files:
        text = lesson.text(name, "docker.io/library/mine:3")
        assert "@" not in text
        if name.endswith(".yaml") and name != "kustomization.yaml":
            about = yaml.safe_load(text)["metadata"]
            assert about["labels"] == {LABEL: about["labels"][LABEL]}
            assert about["labels"][LABEL] in CATALOGUE
            assert NAMESPACE in {about["name"], about.get("namespace")}
        elif name.endswith(".yaml"):
            document = yaml.safe_load(text)
            files = {each for each, _ in lesson.files}
            assert set(document["resources"]) <= files
            for made in document["configMapGenerator"]:
                assert set(made["files"]) <= files
                assert made["options"]["labels"] == {LABEL: lesson.name}
        elif name.endswith(".py"):
            compile(text, name, "exec")


def test_both_versions_of_the_service_differ_in_little() -> None:
    serve, rollout = CATALOGUE["serve"], CATALOGUE["rollout"]
    before, after = (
        yaml.safe_load(each.text("deployment.yaml", IMAGE).replace("replicas: 2", "replicas: 4"))
        for each in (serve, rollout)
    )
    assert before == after
    assert serve.text("digit.json", IMAGE) == rollout.text("digit.json", IMAGE)
    assert len(json.loads(serve.text("digit.json", IMAGE))["pixels"]) == 64


def test_everything_that_runs_has_requests_and_limits() -> None:
    for lesson, file in (("train", "job.yaml"), ("batch", "job.yaml"), ("serve", "deployment.yaml")):
        template = yaml.safe_load(CATALOGUE[lesson].text(file, IMAGE))["spec"]["template"]["spec"]
        for container in template["containers"]:
            assert set(container["resources"]) == {"requests", "limits"}
            assert (container["image"], container["imagePullPolicy"]) == (IMAGE, "IfNotPresent")


def test_its_words_are_complete(lesson: Lesson) -> None:
    assert lesson.title
    assert lesson.goal.endswith(".")
    assert lesson.commands
    assert lesson.hints
    assert lesson.concepts
    assert all(map(find, lesson.concepts))
    for text in (*lesson.commands, *lesson.hints, lesson.goal):
        assert "@" not in text.replace(NODE_HERE, "").replace(CLUSTER_HERE, "").replace("@digit.json", "")


@given(st.data())
def test_no_state_surprises_a_judge(data: st.DataObject) -> None:
    state = State("rollout")
    kept = data.draw(st.lists(st.sampled_from(range(len(state.items))), unique=True))
    state.items[:] = [state.items[number] for number in kept]
    cluster = state.document["cluster"]["items"]
    cluster[:] = data.draw(st.lists(st.sampled_from(cluster), unique_by=id))
    noted = data.draw(st.sampled_from([None, BEGUN]))
    for each in ALL:
        said = each.judge(state.seen(), noted)
        assert isinstance(said, Verdict | Look)
        if isinstance(said, Verdict):
            assert said.text
            assert said.done is not bool(said.hint)


@given(st.randoms(use_true_random=False))
def test_a_verdict_does_not_depend_on_the_order_in_which_things_are_told(shuffled: Random) -> None:
    for each in ALL:
        state = State(each.name)
        state.begun = BEGUN
        right = state.said()
        shuffled.shuffle(state.items)
        said = state.said()
        assert (said.done, said.text.split()[0]) == (right.done, right.text.split()[0])


def test_the_job_of_a_check_is_no_job_of_a_lesson() -> None:
    state = State("train")
    job = state.copied("Job", "train", "kubetui-looks-x")
    job["metadata"]["labels"] = {LOOKS: "now"}
    state.without("Job", "train")
    assert "has no Job that trains a model" in state.said().text


def looked(folder: Path, **environment: str) -> dict[str, object]:
    """Run what a look runs in its pod, with this folder in place of the claim."""
    script = resources.files("kubetui.software.lessons").joinpath("files", "look.py").read_text()
    done = subprocess.run(
        [sys.executable, "-c", script.replace('Path("/claim")', f"Path({str(folder)!r})")],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    document = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(document, dict)
    return document


def test_a_look_tells_when_files_were_written(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    os.utime(tmp_path / "notes.txt", (5.0, 7.0))
    (tmp_path / "folder").mkdir()
    assert looked(tmp_path) == {"files": {"notes.txt": 7.0}}


def test_a_look_tells_why_a_model_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "model.joblib").write_text("no model")
    (tmp_path / "test.csv").write_text("3,1,2\n")
    assert looked(tmp_path)["model"]


def test_a_look_takes_away_what_a_reset_names_and_nothing_else(tmp_path: Path) -> None:
    for name in ("predictions.csv", "model.joblib"):
        (tmp_path / name).write_text("x")
    looked(tmp_path, REMOVE="predictions.csv missing.csv")
    assert [each.name for each in tmp_path.iterdir()] == ["model.joblib"]
