"""A lesson begins: what is noted, what is missing first, and what a person types."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kubetui.base.errors import RunError, UsageError
from kubetui.operations.extras.lessons import record
from kubetui.operations.extras.lessons.record import Entry, Record
from kubetui.operations.extras.lessons.start import Started, near, noted, start
from kubetui.software.lessons import CATALOGUE, IMAGE, Begun, Lesson
from kubetui.software.lessons.reading import when
from tests.operations.extras.lessons.conftest import Learner
from tests.software.lessons.states import PODS, REVISION, State, begun

RIG = "docker.io/library/python:3.13-sklearn"
TRAIN, BATCH, SERVE, BREAK = (CATALOGUE[name] for name in ("train", "batch", "serve", "break"))


async def begin(learner: Learner, lesson: Lesson, image: str = RIG, to: Path | None = None) -> Started:
    return await start(learner.cluster, lesson, to, image)


def written(*words: str) -> str:
    """Return a file below the folder of lessons; nothing where it is not there."""
    path = Path("lessons", *words)
    return path.read_text() if path.is_file() else "a folder" * path.exists()


def empty() -> State:
    state = State("train")
    state.document.update(namespace=None, objects=None)
    return state


async def test_the_first_lesson_says_what_to_type_and_writes_its_files(learner: Learner) -> None:
    learner.is_in(empty())
    learner.has_image(RIG)
    started = await begin(learner, TRAIN)
    assert started.lacks == ()
    assert started.commands[0].startswith("export KUBECONFIG=")
    assert started.commands[1:] == ("cd lessons/train", *TRAIN.commands)
    assert started.folder == Path.cwd() / "lessons" / "train"
    assert f'image: "{RIG}"' in (started.folder / "job.yaml").read_text()
    known = record.read(learner.cluster)
    assert known.image == RIG
    assert replace(known.lessons["train"].begun, at=0.0) == Begun(0.0)
    assert set(known.lessons["train"].files) == {str(each.path) for each in started.files}


async def test_the_image_is_remembered_for_the_lessons_that_follow(learner: Learner) -> None:
    learner.is_in(empty())
    await begin(learner, TRAIN, "mine:7")
    assert (await begin(learner, BATCH, "")).image == "docker.io/library/mine:7"
    assert 'image: "docker.io/library/mine:7"' in written("batch", "job.yaml")


async def test_what_is_missing_comes_with_the_commands_that_bring_it(learner: Learner) -> None:
    state = empty()
    items = state.document["cluster"]["items"]
    items[:] = [each for each in items if each["kind"] != "StorageClass"]
    learner.is_in(state)
    storage, image = (await begin(learner, TRAIN, "")).lacks
    assert storage.text.startswith("The cluster has no default storage class")
    assert storage.commands == ("kubetui addon add lab storage",)
    assert image.text.startswith("The image kubetui-lessons:1 is not on kubnode1.")
    assert image.commands == (
        "docker build --tag kubetui-lessons:1 lessons/train",
        "kubetui image load lab kubetui-lessons:1",
    )


async def test_a_tag_that_is_pulled_each_time_is_explained(learner: Learner) -> None:
    learner.is_in(empty())
    learner.has_image("docker.io/library/mine:latest")
    lacks = (await begin(learner, TRAIN, "mine")).lacks
    assert any("Kubernetes pulls the tag latest again" in each.text for each in lacks)


async def test_a_cluster_whose_nodes_take_no_pods_needs_one(learner: Learner) -> None:
    state = empty()
    state.document["cluster"]["items"][:] = state.document["cluster"]["items"][:1]
    learner.is_in(state)
    assert ("kubetui node add lab",) in [each.commands for each in (await begin(learner, TRAIN)).lacks]


async def test_the_lesson_before_has_to_be_done(learner: Learner) -> None:
    learner.is_in(empty())
    learner.has_image(RIG)
    (lack,) = (await begin(learner, SERVE)).lacks
    assert lack.text == "It stands on the lesson batch: There is no namespace lessons yet."
    assert lack.commands == ("kubetui lesson start lab batch",)


@pytest.mark.parametrize(("passed", "lacks"), [(0.0, 1), (7.0, 0)])
async def test_a_lesson_that_only_a_look_can_judge_has_passed_where_its_check_said_so(
    learner: Learner, passed: float, lacks: int
) -> None:
    learner.is_in(State("batch"))
    learner.has_image(RIG)
    record.write(learner.cluster, Record(RIG, {"batch": Entry(Begun(1.0), passed=passed)}))
    started = await begin(learner, SERVE)
    said = [(each.text, each.commands) for each in started.lacks]
    wanted = "It stands on the lesson batch, which has not passed its check yet."
    assert said == [(wanted, ("kubetui lesson check lab batch",))] * lacks


async def test_a_lesson_without_files_has_no_folder(learner: Learner) -> None:
    learner.is_in(State("break"))
    started = await begin(learner, BREAK)
    assert (started.folder, started.files) == (None, ())
    assert "cd" not in started.commands[1]
    assert len(record.read(learner.cluster).lessons["break"].begun.pods) == 4


async def test_a_folder_of_ones_own_is_remembered(learner: Learner) -> None:
    learner.is_in(empty())
    await begin(learner, TRAIN, to=Path("my work"))
    started = await begin(learner, TRAIN)
    assert started.commands[1] == "cd 'my work'"
    assert {each.state for each in started.files} == {"there"}
    assert not written()


async def test_addresses_and_the_clusters_name_are_filled_in(learner: Learner) -> None:
    learner.is_in(State("serve"))
    started = await begin(learner, SERVE)
    assert started.commands[-1] == "curl --data @digit.json http://192.168.59.102:$port/predict"
    assert started.hints[-1].endswith("kubetui addon add lab loadbalancer")


async def test_an_image_that_is_none_is_refused_before_anything_is_written(learner: Learner) -> None:
    learner.is_in(empty())
    with pytest.raises(UsageError, match="is no name of an image"):
        await begin(learner, TRAIN, "Mine")
    assert not learner.cluster.lessons.exists()
    assert not written()


async def test_a_control_plane_that_does_not_answer_is_named(learner: Learner) -> None:
    learner.off = {"kubmaster"}
    with pytest.raises(RunError, match="kubmaster, the control plane, does not answer: kubmaster is stopped"):
        await begin(learner, TRAIN)


def test_what_there_was_first_stays_noted() -> None:
    seen = State("break").seen()
    first = Begun(5.0)
    full = noted(first, seen)
    assert full == replace(begun("2026-11-29T03:18:34Z", *PODS), at=5.0)
    assert full.revision == REVISION
    # a pod that went meanwhile has still to be missed
    before = replace(full, pods=("gone", *full.pods[1:]))
    assert noted(before, seen) == before


def test_pods_are_noted_again_where_the_deployment_was_changed() -> None:
    seen = State("break").seen()
    old = begun("2026-11-29T03:14:59Z", "one", "two", spec="as it was")
    again = noted(replace(old, replicas=2), seen)
    assert again.pods == begun("2026-11-29T03:14:59Z", *PODS).pods
    assert (again.at, again.replicas, again.revision) == (when("2026-11-29T03:14:59Z"), 2, REVISION)
    assert again.spec == seen.deployments[0].spec


def test_what_is_not_there_is_not_noted() -> None:
    assert noted(Begun(5.0), State("train").seen()) == Begun(5.0)


def test_paths_are_typed_as_short_as_they_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert near(tmp_path / "lessons" / "train") == "lessons/train"
    assert near(tmp_path.parent) == str(tmp_path.parent)
    assert near(tmp_path) == str(tmp_path)


def test_the_usual_image_is_named_in_full() -> None:
    assert IMAGE == "docker.io/library/kubetui-lessons:1"
