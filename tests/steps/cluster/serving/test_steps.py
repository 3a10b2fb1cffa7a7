"""When kubelets get certificates of the cluster's authority, and when they lose them."""

from __future__ import annotations

from dataclasses import replace

from kubetui.engine.events import TaskId
from kubetui.engine.order import dependencies, tasks_of
from kubetui.engine.step import Recipe
from kubetui.profile.plan import Plan
from kubetui.profile.schema.addons import Chosen
from kubetui.steps.build import STEPS
from kubetui.steps.kubeadm import init_documents
from tests.plans import plan

OWN = {"patches": [{"kind": "KubeletConfiguration", "serverTLSBootstrap": True}]}
NAMES = {"kubelet-serving", "approve-serving", "kubelet-self-signed", "forget-serving"}
GONE = (Chosen.model_validate({"name": "metrics"}),)


def steps(made: Plan) -> set[str]:
    return {each.step for each in tasks_of(STEPS, made)} & NAMES


def test_only_an_add_on_that_verifies_kubelets_brings_them() -> None:
    assert steps(plan()) == set()
    assert steps(plan(addons=["storage", "loadbalancer"])) == set()
    assert steps(plan(addons=["metrics"])) == {"kubelet-serving", "approve-serving"}
    # the survey asks every step, wanted or not
    recipes = [each.recipe(plan(), plan().control_plane) for each in STEPS if each.name in NAMES]
    assert recipes == [Recipe()] * len(NAMES)


def test_they_go_with_it_unless_the_profile_has_them_itself() -> None:
    assert steps(replace(plan(), dropped=GONE)) == {"kubelet-self-signed", "forget-serving"}
    assert steps(replace(plan(kubernetes=OWN), dropped=GONE)) == set()
    assert steps(replace(plan(addons=["metrics"]), dropped=GONE)) == {"kubelet-serving", "approve-serving"}


def test_requests_are_judged_once_every_kubelet_may_ask_and_before_metrics_are_read() -> None:
    needs = dependencies(STEPS, plan(workers=2, addons=["metrics"]))
    first = TaskId("approve-serving", "kubmaster")
    assert {each.machine for each in needs[first]} == {"kubmaster", "kubnode1", "kubnode2"}
    assert first in needs[TaskId("addon-metrics", "kubmaster")]


def test_kubeadm_gets_the_same_configuration_with_it_and_without() -> None:
    """Else a cluster that gets the add-on later would be another one than it was built as."""
    assert init_documents(plan(addons=["metrics"])) == init_documents(plan())
