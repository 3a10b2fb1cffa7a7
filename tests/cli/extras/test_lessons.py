"""`kubetui lesson` as a person types it: listed, started, judged, taken back, refused in words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kubetui.base.errors import ExitCode
from kubetui.cli.main import main
from kubetui.cluster.folder import Cluster
from kubetui.operations.extras.lessons import check as judging
from kubetui.operations.extras.lessons import record
from kubetui.operations.extras.lessons import reset as removing
from kubetui.operations.extras.lessons import start as beginning
from kubetui.operations.extras.lessons.folder import Written
from kubetui.operations.extras.lessons.record import Entry, Record
from kubetui.operations.extras.lessons.reset import Object, Removal
from kubetui.operations.extras.lessons.start import Lack, Started
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.profile import Profile
from kubetui.software.lessons import CATALOGUE, IMAGE, Begun, Lesson, Verdict


def kubetui(*words: str) -> Result:
    return CliRunner().invoke(main, [*words])


def built(provider: str = "virtualbox") -> Cluster:
    cluster = Cluster("lab")
    cluster.create()
    cluster.profile.write_text(profilefile.dump(Profile.model_validate({"name": "lab", "provider": provider})))
    return cluster


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return built()


def says(monkeypatch: pytest.MonkeyPatch, verdict: Verdict) -> None:
    async def check(*_: object) -> Verdict:
        return verdict

    monkeypatch.setattr(judging, "check", check)


@pytest.mark.usefixtures("lab")
def test_the_list_says_what_comes_next() -> None:
    said = kubetui("lesson", "list", "lab")
    assert said.exit_code == 0
    assert said.output.splitlines() == [
        "LESSON   STATE  TITLE",
        "train    -      Train a model as a Job",
        "batch    -      Predict many rows with a second Job",
        "serve    -      Serve predictions with two replicas",
        "scale    -      Scale the service",
        "break    -      Break a pod and see it return",
        "rollout  -      Roll out a new version, and go back",
        "Next: kubetui lesson start lab train",
    ]


def test_the_list_tells_what_was_started_and_passed(lab: Cluster) -> None:
    begun = Entry(Begun(5.0))
    record.write(lab, Record(IMAGE, {"train": replace(begun, passed=7.0), "batch": begun}))
    lines = kubetui("lesson", "list", "lab").output.splitlines()
    assert lines[1].startswith("train    done ")
    assert lines[2].startswith("batch    started")
    assert lines[-1] == "Next: kubetui lesson check lab batch"
    document = json.loads(kubetui("lesson", "list", "lab", "--json").output)
    assert document["image"] == IMAGE
    assert document["lessons"][:2] == [
        {"name": "train", "title": "Train a model as a Job", "started": 5.0, "passed": 7.0},
        {"name": "batch", "title": "Predict many rows with a second Job", "started": 5.0, "passed": None},
    ]
    record.write(lab, Record(IMAGE, {name: replace(begun, passed=7.0) for name in CATALOGUE}))
    assert "Next:" not in kubetui("lesson", "list", "lab").output


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Note how lessons are started, in place of starting them."""
    calls: list[tuple[Any, ...]] = []

    async def start(_: Cluster, lesson: Lesson, to: Path | None, image: str, _access: object) -> Started:
        calls.append((lesson.name, to, image))
        files = [Written(Path.cwd() / "lessons" / lesson.name / name, "written") for name, _ in lesson.files]
        files[:1] = [replace(each, state="yours") for each in files[:1]]
        lacks = (Lack("No storage.", ("kubetui addon add lab storage",)),) if lesson.name == "train" else ()
        place = files[0].path.parent if files else None
        return Started(lesson, IMAGE, place, tuple(files), lacks, ("cd there", "kubectl apply -k ."), ("A hint.",))

    monkeypatch.setattr(beginning, "start", start)
    return calls


GOLDEN = """\
Train a model as a Job (lesson 1 of 6)
  A Job in the namespace lessons trains a model with scikit-learn and ends. In the root of a volume it leaves
  model.joblib, written with joblib.dump, and test.csv with rows that the model was not trained on: each is a
  digit and its 64 pixels from 0 to 16, separated by commas, with no line of headings. The model takes the
  pixels just as that file has them.
Missing first:
  - No storage.
      kubetui addon add lab storage
Files to read and to change, in lessons/train:
  train.py            trains, and writes data and model to /data (yours, left as it is)
  claim.yaml          asks for the volume
  job.yaml            runs train.py in a pod that mounts it
  namespace.yaml      the namespace lessons
  kustomization.yaml  what kubectl apply -k applies, and the ConfigMap with the script
  Dockerfile          the image that all lessons use
Type this, or reach the goal in a way of your own:
  cd there
  kubectl apply -k .
Worth knowing:
  - A hint.
To look up with kubetui explain: image, namespace, volume.
Everything is in the namespace lessons. Whether it is done: kubetui lesson check lab train
"""


@pytest.mark.usefixtures("lab")
def test_a_start_tells_goal_files_commands_and_hints(started: list[tuple[Any, ...]]) -> None:
    said = kubetui("lesson", "start", "lab", "train", "--to", "mine", "--image", "m:1")
    assert (said.exit_code, said.output) == (0, GOLDEN)
    assert started == [("train", Path("mine"), "m:1")]


@pytest.mark.usefixtures("lab")
def test_a_start_as_json_has_all_of_it(started: list[tuple[Any, ...]]) -> None:
    document = json.loads(kubetui("lesson", "start", "lab", "scale", "--json").output)
    assert document == {
        "cluster": "lab",
        "lesson": "scale",
        "goal": CATALOGUE["scale"].goal,
        "image": IMAGE,
        "folder": None,
        "files": [],
        "missing": [],
        "commands": ["cd there", "kubectl apply -k ."],
        "hints": ["A hint."],
        "concepts": ["deployment", "scheduler"],
    }
    assert started == [("scale", None, "")]
    document = json.loads(kubetui("lesson", "start", "lab", "train", "--json").output)
    assert document["missing"] == [{"text": "No storage.", "commands": ["kubetui addon add lab storage"]}]
    assert document["files"][0]["state"] == "yours"


@pytest.mark.usefixtures("lab")
def test_a_check_that_fails_says_what_is_missing_and_ends_with_its_own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, Verdict(done=False, text="There is no Job.", hint="Make one."))
    said = kubetui("lesson", "check", "lab", "train")
    assert said.exit_code == ExitCode.UNHEALTHY
    assert said.output == "Not done yet: There is no Job.\n  Make one.\n"
    document = json.loads(kubetui("lesson", "check", "lab", "train", "--json").output)
    assert document == {
        "cluster": "lab",
        "lesson": "train",
        "done": False,
        "text": "There is no Job.",
        "hint": "Make one.",
    }


@pytest.mark.usefixtures("lab")
def test_a_check_that_passes_names_the_next_lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, Verdict(done=True, text="It reads."))
    said = kubetui("lesson", "check", "lab", "train")
    assert (said.exit_code, said.output) == (0, "Done: It reads.\nNext: kubetui lesson start lab batch\n")
    assert kubetui("lesson", "check", "lab", "rollout").output == "Done: It reads.\n"


@pytest.fixture
def removed(monkeypatch: pytest.MonkeyPatch) -> list[Removal]:
    """Note what is taken away, in place of taking it away; there is a Job, and a file that a person changed."""
    calls: list[Removal] = []

    async def planned(_: Cluster, lesson: Lesson, _access: object) -> Removal:
        objects = (Object("batch/v1", "Job", "batch"),) if lesson.name == "batch" else ()
        return Removal((lesson.name, "serve"), objects, kept=(Path("/home/me/batch.py"),) if objects else ())

    async def reset(_: Cluster, going: Removal, _access: object) -> None:
        calls.append(going)

    monkeypatch.setattr(removing, "planned", planned)
    monkeypatch.setattr(removing, "reset", reset)
    return calls


@pytest.mark.usefixtures("lab")
def test_a_reset_is_shown_first_and_needs_a_yes(removed: list[Removal]) -> None:
    said = kubetui("lesson", "reset", "lab", "batch")
    assert said.exit_code == ExitCode.USAGE
    assert "  Job batch\n" in said.stderr
    assert "Take this away from lab? Nobody can answer here." in said.stderr
    assert removed == []


@pytest.mark.usefixtures("lab")
def test_a_reset_says_what_went_and_what_stays(removed: list[Removal]) -> None:
    said = kubetui("lesson", "reset", "lab", "batch", "--yes")
    assert said.output == "Removed:\n  Job batch\nLeft, because you changed them:\n  /home/me/batch.py\n"
    document = json.loads(kubetui("lesson", "reset", "lab", "batch", "--yes", "--json").output)
    assert document == {
        "cluster": "lab",
        "lessons": ["batch", "serve"],
        "removed": ["Job batch"],
        "kept": ["/home/me/batch.py"],
    }
    assert kubetui("lesson", "reset", "lab", "scale").output == "Nothing of scale, serve is there.\n"
    assert len(removed) == 3


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize("word", ["start", "check", "reset"])
def test_a_lesson_that_is_none_is_refused_with_those_there_are(word: str) -> None:
    said = kubetui("lesson", word, "lab", "tran")
    assert said.exit_code == ExitCode.USAGE
    assert "There is no lesson tran." in said.output
    assert "train" in said.output


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize("words", [("list",), ("start", "train"), ("check", "train"), ("reset", "train", "--yes")])
def test_a_rehearsal_and_an_unknown_cluster_have_no_lessons(words: tuple[str, ...]) -> None:
    built("rehearsal")
    said = kubetui("lesson", words[0], "lab", *words[1:])
    assert said.exit_code == ExitCode.USAGE
    assert "lab is a rehearsal, and runs no pods to learn with." in said.output
    said = kubetui("lesson", words[0], "lap", *words[1:])
    assert said.exit_code == ExitCode.USAGE
    assert "lap" in said.output
