"""The steps that a person can do by hand: how they are named, and what is said about others."""

import pytest

from kubetui.base.errors import UsageError
from kubetui.engine.events import TaskId
from kubetui.operations.turns import chosen, offers
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from tests.plans import plan


def test_the_steps_that_can_be_done_by_hand_are_offered_on_every_machine_where_they_run() -> None:
    tasks = [str(each.task) for each in offers(plan(workers=1))]
    assert tasks == [
        *("kubmaster/swap", "kubnode1/swap", "kubmaster/kernel", "kubnode1/kernel"),
        *("kubmaster/runtime", "kubnode1/runtime", "kubmaster/kubernetes", "kubnode1/kubernetes"),
        *("kubmaster/init", "kubmaster/network", "kubnode1/join"),
    ]


def test_every_offer_has_a_goal_a_hint_and_a_command() -> None:
    for made in (
        plan(),
        plan(workers=0),
        plan(kubernetes={"patches": [{"kind": "KubeletConfiguration", "maxPods": 50}]}),
    ):
        for offer in offers(made):
            assert offer.goal.endswith(".")
            assert offer.hint
            assert offer.commands


def test_a_control_plane_alone_has_to_take_pods() -> None:
    init = next(each for each in offers(plan(workers=0)) if each.task.step == "init")
    assert init.commands[-1] == "kubectl taint node kubmaster node-role.kubernetes.io/control-plane-"
    assert not any("taint" in each for each in offers(plan(workers=1))[8].commands)


def test_a_step_alone_is_meant_on_its_first_machine() -> None:
    assert chosen(plan(), ["swap", "join", "kubnode2/join"]) == {
        TaskId("swap", "kubmaster"),
        TaskId("join", "kubnode1"),
        TaskId("join", "kubnode2"),
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hosts", r"Name the nodes \(hosts\) cannot be done by hand"),
        ("kubnode1/init", "kubnode1 does not have the step init"),
        ("swpa", "There is no step swpa"),
    ],
)
def test_what_cannot_be_ones_own_is_refused_with_what_can(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        chosen(plan(), [text])
    assert "swap, kernel, runtime, kubernetes, init, network, join" in caught.value.fix


def test_a_rehearsal_has_no_machine_to_type_on() -> None:
    made = Plan(Profile(name="lab", provider="rehearsal"))
    assert offers(made) == ()
    with pytest.raises(UsageError, match="its machines replay a recording"):
        chosen(made, ["swap"])
