"""The parts of a cluster's home behind the nodes: pods, the last run, its times, and the exercises."""

import asyncio
import threading
from contextlib import closing
from typing import Any

import pytest
from textual.pilot import Pilot

from kubetui.cluster.folder import Cluster as Folder
from kubetui.cluster.folder import log_of
from kubetui.engine.events import Event, TaskFinished, TaskStarted
from kubetui.profile.schema.profile import Machines, Profile
from kubetui.record.journal import Journal
from kubetui.record.logs import Logs
from kubetui.remote.node import Result
from screens.cluster.gantt import Bar, Gantt
from screens.cluster.tabs.pods import PodsPart
from screens.cluster.tabs.run import RunPart
from screens.log.buffers import text_of
from screens.widgets.lists import RowList
from screens.widgets.panes import Pane
from screens.widgets.reader import Reader
from tests.screens.apps import LARGER, shown, until
from tests.screens.cluster.home import Cluster, filled, footer, leave, opened, rows, table
from tests.screens.recorded import everything, failing, profile

INIT = "kubeadm init --config=/run/kubetui-init.yaml --skip-token-print"


def title(pilot: Pilot[Any], pane: str) -> str:
    return str(pilot.app.screen.query_one(pane, Pane).border_title)


def log(pilot: Pilot[Any]) -> list[str]:
    """Return the lines of the log."""
    return [text_of(entry) for entry in pilot.app.screen.query_one(RunPart).pane.lines.view.entries()]


def cut(events: int) -> list[Event]:
    """Return at most so many events of a run, up to the begin of a step that never ended."""
    found = everything(profile())[:events]
    last = max(index for index, event in enumerate(found) if isinstance(event, TaskStarted))
    return found[: last + 1]


async def test_pods_are_narrowed_by_node_namespace_and_text() -> None:
    async with opened("2") as pilot:
        pods = table(pilot, "#pods")
        assert len(pods.rows) == 4
        assert "4: 3 Running, 1 Pending" in title(pilot, "#pods-pane")
        await pilot.press("n", "down", "down", "enter")
        await pilot.pause()
        assert {row[0] for row in pods.rows} == {"kube-system"}
        await pilot.press("o", "down", "enter")
        await pilot.pause()
        assert [row[1] for row in pods.rows] == ["etcd-kubmaster"]
        assert "node kubmaster" in title(pilot, "#pods-pane")
        assert "1 of 4: 1 Running" in title(pilot, "#pods-pane")
        await pilot.press("o", "down", "enter", "slash", *"prox", "enter")
        await pilot.pause()
        assert [row[1] for row in pods.rows] == ["kube-proxy-z7w4f"]


async def test_esc_leaves_a_filter_as_it_is() -> None:
    async with opened("2") as pilot:
        await pilot.press("n", "down", "enter")
        await pilot.pause()
        assert len(table(pilot, "#pods").rows) == 1
        await pilot.press("n", "escape")
        await pilot.pause()
        assert len(table(pilot, "#pods").rows) == 1


@pytest.mark.parametrize(
    ("key", "said"), [("l", "what kube-system/coredns-674b8bbfcf-7xk2d wrote"), ("enter", "Namespace: kube-system")]
)
async def test_logs_and_description_of_the_chosen_pod_are_read(key: str, said: str) -> None:
    async with opened("2") as pilot:
        await pilot.press("down", key)
        await until(pilot, lambda: isinstance(pilot.app.screen, Reader))
        await pilot.press("y")
        assert said in pilot.app.clipboard
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.screen.query_one(PodsPart).table.has_focus


async def test_a_pod_that_cannot_be_read_says_why(told: list[str]) -> None:
    cluster = Cluster()
    async with opened("2", cluster) as pilot:
        cluster.broken = True
        await pilot.press("enter")
        await until(pilot, lambda: told)
        assert "cannot be reached" in told[0]


async def test_a_run_that_succeeded_has_its_machines_steps_seconds_and_log() -> None:
    async with opened("3") as pilot:
        machines = rows(pilot, "#machines")
        assert [row.split()[:2] for row in machines] == [
            ["●", "kubmaster"],
            ["●", "kubnode1"],
            ["●", "kubnode2"],
        ]
        assert any(row.startswith("● kubeadm init") and row.endswith("1.0 s") for row in rows(pilot, "#steps"))
        assert f"$ {INIT}" in log(pilot)
        assert "── Turn swap off" in log(pilot)


async def test_a_chosen_step_shows_its_own_lines_and_c_its_commands() -> None:
    async with opened("3") as pilot:
        assert pilot.app.screen.query_one("#steps", RowList).choose("init")
        await pilot.pause()
        assert log(pilot)[:3] == ["── kubeadm init", f"$ {INIT}", "[init] Using Kubernetes version: v1.36.1"]
        assert log(pilot)[-1] == "done after 1.0 s"
        await pilot.press("c")
        await pilot.pause()
        assert log(pilot) == ["── kubeadm init", f"$ {INIT}"]


async def test_the_steps_follow_the_chosen_machine() -> None:
    async with opened("3") as pilot:
        assert not any("kubeadm join" in row for row in rows(pilot, "#steps"))
        await pilot.press("down")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert any("kubeadm join" in row for row in rows(pilot, "#steps"))
        assert "kubeadm join on kubnode1" in log(pilot)


async def test_a_failed_run_says_what_failed_and_what_never_began() -> None:
    async with opened("3", events=failing(profile(), "kubernetes", "kubnode2")) as pilot:
        assert pilot.app.screen.query_one("#machines", RowList).choose("kubnode2")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        steps = rows(pilot, "#steps")
        assert any(row.startswith("✕ Install kubelet") and row.endswith("1.0 s") for row in steps)
        assert any(row.startswith("○ kubeadm join") and row.endswith("not begun") for row in steps)
        assert any("apt could not get its lock" in line for line in log(pilot))


async def test_a_killed_run_says_where_it_was_cut() -> None:
    events = cut(60)
    async with opened("3", events=events) as pilot:
        started = events[-1]
        assert isinstance(started, TaskStarted)
        assert pilot.app.screen.query_one("#machines", RowList).choose(started.task.machine)
        await pilot.pause()
        assert any(row.endswith(("running", "cut short")) for row in rows(pilot, "#steps"))


async def test_a_run_that_goes_on_lets_a_reader_stay_where_they_are() -> None:
    events = everything(profile())
    async with opened("3", events=events[:80]) as pilot:
        pane = pilot.app.screen.query_one(RunPart).pane
        before, view = log(pilot), pane.lines.view
        pane.lines.hold()
        made = Folder("lab")
        with closing(Journal(made.journal)) as journal, closing(Logs(made.logs)) as logs:
            for event in events[80:]:
                journal(event)
                logs(event)
        await until(pilot, lambda: len(log(pilot)) > len(before))
        assert pane.lines.view is view
        assert not view.following
        assert log(pilot)[: len(before)] == before


async def test_the_journal_is_read_again_only_when_it_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Folder] = []

    def reading(cluster: Folder) -> None:
        read.append(cluster)

    monkeypatch.setattr("kubetui.record.lastrun.read", reading)
    async with opened("3", events=[]) as pilot:
        await pilot.pause(1)
        assert len(read) == 1


async def test_a_log_that_is_gone_says_so() -> None:
    made = leave()
    log_of(made.logs, "kubmaster").unlink()
    async with Cluster().app().run_test(size=LARGER) as pilot:
        await until(pilot, filled(pilot))
        await pilot.press("3")
        await until(pilot, lambda: any("cannot be read" in line for line in log(pilot)))


async def test_the_chart_has_a_bar_for_each_task_and_its_critical_path() -> None:
    async with opened("4") as pilot:
        chart = pilot.app.screen.query_one(Gantt)
        bars = [line for line in chart.lines if not isinstance(line, str)]
        assert len(bars) == sum(isinstance(event, TaskStarted) for event in everything(profile()))
        assert "on the critical path" in shown(pilot, "#summary")
        assert any(bar.critical for bar in bars)


async def test_the_chart_of_a_killed_run_shows_what_is_written_down() -> None:
    events = cut(40)
    async with opened("4", events=events) as pilot:
        assert "has not ended" in shown(pilot, "#summary")
        bars = [line for line in pilot.app.screen.query_one(Gantt).lines if isinstance(line, Bar)]
        begun = {event.task for event in events if isinstance(event, TaskStarted)}
        ended = {event.task for event in events if isinstance(event, TaskFinished)}
        assert sum(bar.kind == "running" for bar in bars) == len(begun - ended) > 0


async def test_enter_checks_an_exercise_and_shows_the_answer() -> None:
    cluster = Cluster()
    async with opened("5", cluster) as pilot:
        assert pilot.app.screen.query_one("#exercises", RowList).choose("pod")
        await pilot.press("enter")
        await until(pilot, lambda: "Done: the pod hello: Running" in shown(pilot, "#exercise"))
        assert any(row == "● Run a pod" for row in rows(pilot, "#exercises"))
        cluster.result = Result(1, ("the pod hello: not there",))
        await pilot.press("enter")
        await until(pilot, lambda: "Not done yet: the pod hello: not there" in shown(pilot, "#exercise"))
        assert any(row == "▲ Run a pod" for row in rows(pilot, "#exercises"))


async def test_an_exercise_that_only_looks_claims_nothing() -> None:
    async with opened("5") as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: "This is what there is to see" in shown(pilot, "#exercise"))
        assert "Done" not in shown(pilot, "#exercise")


async def test_an_exercise_is_answered_though_another_was_checked_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster, allowed, asked = Cluster(), threading.Event(), list[str]()

    async def slowly(script: str, _values: object) -> Result:
        asked.append(script)
        while not allowed.is_set():  # noqa: ASYNC110 - another thread allows it
            await asyncio.sleep(0.01)
        return cluster.result

    monkeypatch.setattr(cluster, "attempt", slowly)
    async with opened("5", cluster) as pilot:
        exercises = pilot.app.screen.query_one("#exercises", RowList)
        assert exercises.choose("pod")
        await pilot.press("enter", "enter")
        assert exercises.choose("drain")
        await pilot.press("enter")
        await until(pilot, lambda: len(asked) == 2)
        allowed.set()
        await until(pilot, lambda: "● Run a pod" in rows(pilot, "#exercises"))
        assert len(asked) == 2


async def test_the_check_of_a_worker_gets_its_name() -> None:
    cluster = Cluster()
    async with opened("5", cluster) as pilot:
        assert pilot.app.screen.query_one("#exercises", RowList).choose("drain")
        await pilot.press("enter")
        await until(pilot, lambda: any("WORKER" in asked for asked in cluster.asked))
        assert any("[('WORKER', 'kubnode1')]" in asked for asked in cluster.asked)


async def test_commands_and_undo_are_copied() -> None:
    async with opened("5") as pilot:
        assert "Copy undo" not in footer(pilot)
        assert pilot.app.screen.query_one("#exercises", RowList).choose("pod")
        await pilot.pause()
        assert "Copy undo" in footer(pilot)
        await pilot.press("y")
        assert pilot.app.clipboard.splitlines()[0] == "kubectl run hello --image=busybox:stable -- sleep 86400"
        await pilot.press("u")
        assert pilot.app.clipboard == "kubectl delete pod hello --now"


async def test_a_rehearsal_has_nothing_to_check() -> None:
    cluster = Cluster()
    async with opened("5", cluster, chosen=Profile(name="lab", provider="rehearsal")) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert "This is a rehearsal" in shown(pilot, "#exercise")
        assert not any(asked.startswith("[") for asked in cluster.asked)


async def test_a_cluster_without_workers_has_no_exercise_about_one() -> None:
    alone = Profile(name="lab", machines=Machines(workers=0))
    async with opened("5", chosen=alone) as pilot:
        assert not any("Drain" in row for row in rows(pilot, "#exercises"))


async def test_a_run_that_never_began_says_so() -> None:
    async with opened("3", events=[]) as pilot:
        assert rows(pilot, "#machines") == ["No run of this cluster has begun yet."]
        await pilot.press("4")
        await pilot.pause()
        assert "No run of this cluster was measured yet." in shown(pilot, "#summary")
