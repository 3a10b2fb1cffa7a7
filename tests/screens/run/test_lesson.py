"""The run as a lesson: steps, commands, why and concepts beside the log, and what stays after the end."""

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets._footer import FooterKey

from kubetui.engine.events import Line, Outcome, TaskFinished
from screens.cluster.gantt import Gantt
from screens.explain.spent import AS_IS_TITLE
from screens.explain.steppage import StepPage
from screens.log.lines import LogLines
from screens.run.failure import FailureScreen
from screens.run.panes.machinelist import MachineList
from screens.run.panes.markedrows import MarkedRows
from screens.run.panes.steplist import StepList
from screens.run.screen import RunScreen
from screens.run.times import TimesScreen
from tests.screens import recorded
from tests.screens.apps import LARGER, LARGEST, SIZE, shown, until
from tests.screens.run.cases import Case, failing_beside, running
from tests.screens.run.cases import shown as is_shown

INIT = "kubeadm init --config=/run/kubetui-init.yaml --skip-token-print"


def rows(pilot: Pilot[Any], kind: type[MarkedRows[Any]]) -> list[str]:
    listed = pilot.app.screen.query_one(kind)
    return [listed.render_line(y).text.rstrip() for y in range(listed.size.height)]


def logged(pilot: Pilot[Any]) -> list[str]:
    lines = pilot.app.screen.query_one(LogLines)
    return [text for y in range(lines.size.height) if (text := lines.render_line(y).text.rstrip())]


def footer(pilot: Pilot[Any]) -> dict[str, str]:
    return {each.key_display: each.description for each in pilot.app.screen.query(FooterKey)}


@pytest.mark.parametrize("size", [SIZE, LARGER, LARGEST])
async def test_machines_steps_log_and_why_are_all_on_the_screen(size: tuple[int, int]) -> None:
    case = Case(running)
    async with case.app().run_test(size=size) as pilot:
        await until(pilot, case.heard)
        assert "kubmaster" in rows(pilot, MachineList)[0]
        steps = rows(pilot, StepList)
        assert any("●" in row and row.endswith("1.0 s") for row in steps)
        assert any("◐" in row and "kubeadm init" in row for row in steps)
        assert any(INIT[:40] in row and row.startswith("$ ") for row in logged(pilot))
        assert "e Explain" in shown(pilot, "#why")
        assert "Control plane" in shown(pilot, "#why")


async def test_a_narrow_terminal_cuts_few_names_of_steps() -> None:
    case = Case(running)
    async with case.app().run_test(size=SIZE) as pilot:
        await until(pilot, case.heard)
        steps = rows(pilot, StepList)
        for title in ("Start the machine", "Install base packages", "Install the runtime", "Hand out the kubeconfig"):
            assert any(title in row for row in steps), title


async def test_the_title_names_the_critical_machine_and_the_time_that_is_left() -> None:
    case = Case(running)
    async with case.app().run_test(size=LARGER) as pilot:
        await until(pilot, case.heard)
        line = str(pilot.app.screen.query_one("RunHead").render())
    assert "3:20, about 2:10 left   critical: kubmaster" in line


async def test_a_wide_terminal_cuts_no_name_and_shows_the_commands() -> None:
    case = Case(running)
    name = "a-quite-long-name-for-a-machine-1"
    case.profile = case.profile.model_copy(
        update={"machines": case.profile.machines.model_copy(update={"worker_name": name[:-1]})}
    )
    case.recordings = [recorded.Recording(running(case.profile))]
    async with case.app().run_test(size=LARGEST) as pilot:
        await until(pilot, case.heard)
        assert any(name in row for row in rows(pilot, MachineList))
        assert any("Install kubelet, kubeadm and kubectl" in row for row in rows(pilot, StepList))
        assert "kubeadm init" in shown(pilot, "#why")


async def test_a_step_opens_with_its_commands_changes_and_script() -> None:
    case = Case(running)
    async with case.app().run_test(size=LARGER) as pilot:
        await until(pilot, case.heard)
        assert footer(pilot)["enter"] == "Step"
        await pilot.press("enter")
        await until(pilot, is_shown(pilot, StepPage))
        assert "$ kubeadm init" in shown(pilot, "#commands")
        assert "/etc/kubernetes" in shown(pilot, "#changes")
        assert "kubernetes.io, Creating a cluster with kubeadm" in shown(pilot, "#why")
        assert not pilot.app.screen.query_one("#script").display
        await pilot.press("w")
        await until(pilot, lambda: pilot.app.screen.query_one("#script").display)
        assert "kubeadm init" in shown(pilot, "#script")
        await pilot.press("y")
        assert INIT in pilot.app.clipboard
        await pilot.press("escape")
        await until(pilot, is_shown(pilot, RunScreen))


async def test_another_step_is_chosen_in_its_list_and_stays_chosen() -> None:
    case = Case(running)
    async with case.app().run_test(size=LARGER) as pilot:
        await until(pilot, case.heard)
        screen = pilot.app.screen
        assert isinstance(screen, RunScreen)
        now = screen.body.steps.step
        await pilot.press("tab", "k", "k")
        assert screen.body.steps.step != now
        chosen = screen.body.steps.step
        screen.look()
        assert screen.body.steps.step == chosen
        await pilot.press("enter")
        await until(pilot, is_shown(pilot, StepPage))
        assert "Pull" in str(pilot.app.screen.query_one("TitleLine").render()) or chosen != "images"


async def test_commands_alone_are_the_machines_history_however_much_it_prints() -> None:
    case = Case(running)
    flood = [Line(recorded.BEGAN, "kubmaster", "init", f"line {number}") for number in range(6000)]
    case.recordings[0].events += flood
    async with case.app().run_test(size=LARGER) as pilot:
        await until(pilot, case.heard)
        await until(pilot, lambda: case.sessions[0].buffers.of("kubmaster").end > len(flood))
        assert not any("$ " in row for row in logged(pilot))
        await pilot.press("c")
        await until(pilot, lambda: True)
        assert logged(pilot) == [f"$ {text}" for texts in recorded.COMMANDS.values() for text in texts]
        await pilot.press("a")
        await until(pilot, lambda: True)
        held = [row for row in logged(pilot) if "apt-mark hold" in row]
        assert [row.split()[0] for row in held] == ["kubmaster", "kubnode1", "kubnode2"]
        await pilot.press("c")
        await until(pilot, lambda: True)
        assert any("line 5999" in row for row in logged(pilot))


async def test_a_failing_machine_among_others_has_its_cause_and_enter_opens_it() -> None:
    case = Case(failing_beside)
    async with case.app().run_test(size=LARGER) as pilot:
        await until(pilot, lambda: case.sessions and case.sessions[0].progress.failures)
        assert case.sessions[0].running
        row = next(row for row in rows(pilot, MachineList) if "kubnode2" in row)
        assert "✕" in row
        assert "failed: apt" in row
        assert footer(pilot)["enter"] == "What failed"
        await pilot.press("enter")
        await until(pilot, is_shown(pilot, FailureScreen))


async def test_after_success_the_log_the_steps_and_the_times_are_still_there() -> None:
    case = Case(recorded.finished)
    case.recordings[0].may_end.clear()
    async with case.app().run_test(size=LARGER) as pilot:
        await until(pilot, case.heard)
        await pilot.press("p")
        case.recordings[0].may_end.set()
        await until(pilot, lambda: footer(pilot).get("enter") == "Open the cluster")
        assert logged(pilot)
        await pilot.press("t")
        await until(pilot, is_shown(pilot, TimesScreen))
        chart = pilot.app.screen.query_one(Gantt)
        text = "\n".join(chart.render_line(y).text for y in range(chart.size.height))
        assert "Install the runtime" in text
        assert "critical path" in shown(pilot, "#summary")
        await pilot.press("escape", "tab", "k", "enter")
        await until(pilot, is_shown(pilot, StepPage))


async def test_the_times_of_a_run_that_goes_on_grow() -> None:
    case = Case(running)
    async with case.app().run_test(size=LARGER) as pilot:
        await until(pilot, case.heard)
        await pilot.press("t")
        await until(pilot, is_shown(pilot, TimesScreen))
        assert "3:20 so far" in shown(pilot, "#summary")
        assert "y" not in footer(pilot)


async def test_a_step_that_had_nothing_to_change_says_so_and_what_that_means() -> None:
    case = Case(running)
    case.recordings[0].events = [
        TaskFinished(each.at, each.task, Outcome.UNCHANGED, 0.1) if isinstance(each, TaskFinished) else each
        for each in case.recordings[0].events
    ]
    async with case.app().run_test(size=LARGER) as pilot:
        await until(pilot, case.heard)
        assert any(row.endswith("as is") for row in rows(pilot, StepList))
        assert pilot.app.screen.query_one("#steps").border_subtitle == AS_IS_TITLE
