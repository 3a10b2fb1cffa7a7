"""The last run of a cluster goes on teaching: why each step is needed, its page, and the concepts behind it."""

import pytest

from kubetui.engine.events import Event, Outcome, TaskFinished
from screens.cluster.screen import ClusterScreen
from screens.explain.concepts import ConceptScreen
from screens.explain.spent import AS_IS_MEANS
from screens.explain.steppage import StepPage
from screens.widgets.keys import KeysScreen
from screens.widgets.lists import RowList
from tests.screens.apps import SIZE, drawn, shown, until
from tests.screens.cluster.home import Cluster, filled, footer, leave, opened, rows
from tests.screens.recorded import failing, finished, profile


async def test_a_chosen_step_says_why_and_has_its_page_and_its_concepts() -> None:
    async with opened("3") as pilot:
        assert pilot.app.screen.query_one("#steps", RowList).choose("init")
        await pilot.pause()
        assert pilot.app.screen.query_one("WhyPane").border_title == "Why: kubeadm init"
        assert "kubeadm creates the certificates" in shown(pilot, "#why")
        assert {"Step", "Explain"} <= set(footer(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, StepPage))
        assert "$ kubeadm init" in shown(pilot, "#commands")
        await pilot.press("escape", "e")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConceptScreen))
        assert "Behind this step" in drawn(pilot.app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ClusterScreen))


@pytest.mark.parametrize(
    ("events", "machine", "step"),
    [
        (finished(profile()), "kubmaster", "Prove that the cluster works"),
        (failing(profile(), "kubernetes", "kubnode2"), "kubnode2", "Install kubelet, kubeadm and kubectl"),
    ],
    ids=["the last", "the failed"],
)
async def test_where_all_steps_are_chosen_one_is_explained(events: list[Event], machine: str, step: str) -> None:
    async with opened("3", events=events) as pilot:
        assert pilot.app.screen.query_one("#machines", RowList).choose(machine)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert pilot.app.screen.query_one("WhyPane").border_title == f"Why: {step}"


async def test_a_step_that_is_not_known_explains_nothing(told: list[str]) -> None:
    async with opened("3", events=[]) as pilot:
        await pilot.press("enter", "e")
        await until(pilot, lambda: len(told) == 2)
        assert isinstance(pilot.app.screen, ClusterScreen)


async def test_a_narrow_terminal_shows_the_keys_and_whole_names() -> None:
    leave()
    async with Cluster().app().run_test(size=SIZE) as pilot:
        await until(pilot, filled(pilot))
        await pilot.press("3")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause(0.3)
        assert "enter Step  e Explain  c Commands  1-5 Parts" in drawn(pilot.app)
        assert "Hand out the kubeconfig" in " ".join(rows(pilot, "#steps"))


async def test_a_step_that_had_nothing_to_change_is_marked_as_in_the_run_and_help_says_what_that_means() -> None:
    events: list[Event] = [
        TaskFinished(each.at, each.task, Outcome.UNCHANGED, 0.1) if isinstance(each, TaskFinished) else each
        for each in finished(profile())
    ]
    async with opened("3", events=events) as pilot:
        assert any(row.endswith("as is") for row in rows(pilot, "#steps"))
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, KeysScreen))
        assert AS_IS_MEANS.partition(":")[0] in drawn(pilot.app)
