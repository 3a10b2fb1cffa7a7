"""The tutorial's lessons on the Learn tab: begun, judged, and what is said of each."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubetui.base.errors import RunError
from kubetui.cluster.folder import Cluster as Folder
from kubetui.operations.extras.lessons import record as records
from kubetui.operations.extras.lessons.record import Entry, Record
from kubetui.operations.extras.lessons.start import Lack, Started
from kubetui.profile.schema.profile import Profile
from kubetui.software.lessons import IMAGE, Begun, Lesson, Verdict
from screens.widgets.lists import RowList
from tests.screens.apps import shown, until
from tests.screens.cluster.home import opened, rows


class Teacher:
    """Begins lessons as `kubetui lesson start` does, and judges them by what a test says."""

    def __init__(self) -> None:
        self.verdict = Verdict(done=False, text="there is no Job", hint="See: kubectl get jobs")
        self.trouble: RunError | None = None
        self.allowed = threading.Event()
        self.allowed.set()
        self.checked: list[str] = []

    async def start(self, cluster: Folder, lesson: Lesson, access: object) -> Started:
        assert access is None
        if self.trouble:
            raise self.trouble
        records.write(cluster, Record().having(lesson.name, Entry(Begun(1.0))))
        lacks = (Lack("The cluster has no default storage class.", ("kubetui addon add lab storage",)),)
        return Started(lesson, IMAGE, Path("/home/me/lessons/train"), (), lacks, ("kubectl apply -k .",), ("Wait.",))

    async def check(self, cluster: Folder, lesson: Lesson, access: object) -> Verdict:
        assert access is None
        self.checked.append(f"{lesson.name} of {cluster.name}")
        self.allowed.wait(60)
        return self.verdict


@pytest.fixture
def teacher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Teacher]:
    made = Teacher()
    monkeypatch.setattr("screens.cluster.tabs.learn.OnMachines", lambda: made)
    yield made
    made.allowed.set()


async def test_a_lesson_is_begun_and_then_judged(teacher: Teacher) -> None:
    async with opened("5") as pilot:
        assert pilot.app.screen.query_one("#exercises", RowList).choose("lesson train")
        await until(pilot, lambda: "writes its files to ./lessons/train" in shown(pilot, "#exercise"))
        assert "$ kubetui lesson start lab train" in shown(pilot, "#exercise")
        await pilot.press("enter")
        await until(pilot, lambda: "Missing first: The cluster has no default" in shown(pilot, "#exercise"))
        text = shown(pilot, "#exercise")
        assert "$ kubetui addon add lab storage" in text
        assert "Files to read and to change, in /home/me/lessons/train:" in text
        assert "$ kubectl apply -k ." in text
        await pilot.press("y")
        assert pilot.app.clipboard == "kubectl apply -k ."
        await pilot.press("enter")
        await until(pilot, lambda: "Not done yet: there is no Job" in shown(pilot, "#exercise"))
        assert "See: kubectl get jobs" in shown(pilot, "#exercise")
        # the answer stands above the files and commands, and what was missing at first is gone
        assert shown(pilot, "#exercise").index("Not done yet") < shown(pilot, "#exercise").index("Files to read")
        assert "Missing first" not in shown(pilot, "#exercise")
        teacher.verdict = Verdict(done=True, text="the Job train trained a model")
        await pilot.press("enter")
        await until(pilot, lambda: "Done: the Job train trained" in shown(pilot, "#exercise"))
        assert "● Train a model" in "\n".join(rows(pilot, "#exercises"))
        await pilot.press("u")
        assert pilot.app.clipboard == "kubetui lesson reset lab train"
        assert teacher.checked == ["train of lab", "train of lab"]
        # a reset in another terminal
        Folder("lab").lessons.unlink()
        await pilot.press("1", "5")
        await until(pilot, lambda: "$ kubetui lesson start lab train" in shown(pilot, "#exercise"))
        assert "○ Train a model" in "\n".join(rows(pilot, "#exercises"))


async def test_what_passed_before_is_marked_and_one_check_runs_at_a_time(teacher: Teacher) -> None:
    async with opened("5") as pilot:
        records.write(Folder("lab"), Record().having("train", Entry(Begun(1.0), passed=2.0)))
        await pilot.press("1", "5")
        await until(pilot, lambda: "● Train a model" in "\n".join(rows(pilot, "#exercises")))
        assert pilot.app.screen.query_one("#exercises", RowList).choose("lesson train")
        teacher.allowed.clear()
        await pilot.press("enter", "enter")
        await until(pilot, lambda: "checking ..." in shown(pilot, "#exercise"))
        teacher.allowed.set()
        await until(pilot, lambda: "Not done yet" in shown(pilot, "#exercise"))
        assert teacher.checked == ["train of lab"]


async def test_what_goes_wrong_is_said(teacher: Teacher) -> None:
    teacher.trouble = RunError("kubmaster, the control plane, does not answer.")
    async with opened("5") as pilot:
        assert pilot.app.screen.query_one("#exercises", RowList).choose("lesson serve")
        await pilot.press("enter")
        await until(pilot, lambda: "kubmaster, the control plane, does not answer." in shown(pilot, "#exercise"))
        Folder("lab").lessons.write_text("{")
        await pilot.press("1", "5")
        await until(pilot, lambda: "cannot be read" in shown(pilot, "#exercise"))


async def test_a_rehearsal_has_no_lessons(teacher: Teacher) -> None:
    async with opened("5", chosen=Profile(name="lab", provider="rehearsal")) as pilot:
        assert pilot.app.screen.query_one("#exercises", RowList).choose("lesson train")
        await pilot.press("enter")
        await until(pilot, lambda: "This is a rehearsal" in shown(pilot, "#exercise"))
        assert teacher.checked == []
