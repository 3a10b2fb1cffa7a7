"""The lessons with the service: serve, scale, break and rollout; what counts as done, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.software.lessons.service import (
    BEFORE,
    ROLLED,
    bare,
    changed,
    cluster_ip,
    crashing,
    left_out,
    more_nodes,
    no_claim,
    out,
    rolling,
    scaled,
    state_of,
    strategy,
    unprobed,
)
from tests.software.lessons.states import PODS, REPLACED, State, begun

Edit = Callable[[State], object]
SERVICE_WRONG: list[tuple[Edit, str, str]] = [
    (lambda state: state.document.update(namespace=None, objects=None), "There is no namespace lessons yet.", "train"),
    (lambda state: state.without("Deployment"), "has no Deployment.", "Bare pods do not count"),
    (lambda state: state.without("Service"), "has no Service.", "expose --namespace=lessons deployment/serve"),
    (cluster_ip, "The Service serve is of type ClusterIP, which only pods reach.", "kubectl patch"),
    (bare, "The pods behind the Service serve are not a Deployment's.", "Nobody brings a bare pod back."),
    (lambda state: left_out(state, *PODS), "No pod that is ready is behind the Service serve.", "selector"),
    (crashing, f"The pod {PODS[0]} of the Deployment serve does not run: CrashLoopBackOff", "kubectl describe"),
]
WRONG: dict[str, list[tuple[Edit, str, str]]] = {
    "serve": [
        *SERVICE_WRONG,
        (lambda state: scaled(state, 1), "The Deployment serve wants 1 replica, not 2.", "--replicas=2"),
        (rolling, "The Deployment serve has 4 of 4 replicas ready, or a rollout goes on.", "rollout status"),
        (lambda state: left_out(state, *PODS[1:]), "1 of 4 replicas is behind the Service serve.", "selector"),
        (no_claim, "The Deployment serve mounts no claim", "volumeMount"),
        (
            lambda state: state.finds(asked=0, same=0, answer="500 int() of an array"),
            "POST /predict at port 32054 of a node gives no digit: 500 int() of an array",
            'answers {"digit": N}',
        ),
        (
            lambda state: state.finds(same=2, answer='{"digit": 8}'),
            '2 of 20 answers are the model\'s own; the last one: {"digit": 8}',
            ".item()",
        ),
        (lambda state: state.finds(without="model.joblib"), "The claim data has no file model.joblib", "root"),
    ],
    "scale": [
        *SERVICE_WRONG,
        (lambda state: scaled(state, 2), "The Deployment serve wants 2 replicas, not 4.", "--replicas=4"),
        (lambda state: scaled(state, 4, 3), "has 3 of 4 replicas ready, or a rollout goes on.", "rollout status"),
        (lambda state: left_out(state, PODS[3]), "3 of 4 replicas are behind the Service serve.", "--show-labels"),
        (
            lambda state: more_nodes(state, held=False),
            "All 4 replicas are on kubnode1, and 2 nodes could take them.",
            "topologySpreadConstraint",
        ),
    ],
    "break": [
        *SERVICE_WRONG,
        (
            lambda state: setattr(state, "begun", None),
            "It was not noted which pods there were.",
            "kubetui lesson start @CLUSTER@ break",
        ),
        (lambda state: scaled(state, 3), "The Deployment serve wants 3 replicas, and had 4.", "--replicas=4"),
        (lambda state: scaled(state, 4, 3), "has 3 of 4 replicas ready, or a rollout goes on.", "rollout status"),
        (
            lambda state: setattr(state, "begun", begun(BEFORE, *PODS)),
            "All 4 pods are still there, and none was started again.",
            f"kubectl delete --namespace=lessons pod/{PODS[0]}",
        ),
        (
            lambda state: changed(state, generation=9),
            "The Deployment serve was changed since the lesson began",
            "kubetui lesson start @CLUSTER@ break",
        ),
        (lambda state: changed(state, uid="another"), "The Deployment serve was changed", "delete one"),
    ],
    "rollout": [
        *SERVICE_WRONG,
        (lambda state: setattr(state, "begun", None), "It was not noted which version ran before.", "lesson start"),
        (
            lambda state: strategy(state, {"type": "Recreate"}),
            "During a rollout of serve, 4 of its replicas may be missing.",
            "maxUnavailable: 0",
        ),
        (
            lambda state: strategy(state, {"type": "RollingUpdate"}),
            "During a rollout of serve, 1 of its",
            "maxSurge: 1",
        ),
        (unprobed, "The pods of serve have no readinessProbe", "/healthz"),
        (rolling, "has 4 of 4 replicas ready, or a rollout goes on.", "rollout status"),
        (
            lambda state: state.without("ReplicaSet", REPLACED),
            "serve has had no new version since the lesson began: its pod template is the same.",
            "Scaling makes no new version.",
        ),
        (
            lambda state: setattr(state, "begun", replace(ROLLED, at=begun("2026-11-29T03:18:50Z").at)),
            "serve has had no new version since the lesson began",
            "apply",
        ),
        (out, "The new version of serve is out on 4 replicas; now go back.", "rollout undo"),
    ],
}
DONE = {
    "serve": "4 replicas answer at port 32054 of every node, as the model does.",
    "scale": "4 replicas are ready, on kubnode1.",
    "break": "1 of the pods went, and 4 replicas are ready again.",
    "rollout": "A new version was out, and serve is back at the one before, with 4 replicas ready.",
}


@pytest.mark.parametrize("lesson", DONE)
def test_our_own_way_is_right(lesson: str) -> None:
    said = state_of(lesson).said()
    assert (said.done, said.text) == (True, DONE[lesson])


@pytest.mark.parametrize(
    ("lesson", "edit", "text", "hint"), [(lesson, *each) for lesson, all_ in WRONG.items() for each in all_]
)
def test_what_is_not_right_is_refused(lesson: str, edit: Edit, text: str, hint: str) -> None:
    state = state_of(lesson)
    edit(state)
    said = state.said()
    assert not said.done
    assert text in said.text
    assert hint in said.hint
    assert said.of("lab").hint.count("@") == 0


@pytest.mark.parametrize("lesson", DONE)
def test_other_names_are_right_too(lesson: str) -> None:
    state = state_of(lesson)
    if state.begun is not None:
        noted = state.begun.revision.replace("serve", "api")
        state.begun = replace(state.begun, deployment="api", revision=noted)
    state.renamed(serve="api", data="store")
    said = state.said()
    assert (said.done, said.text) == (True, DONE[lesson].replace("serve", "api"))


def test_a_service_of_another_type_with_a_port_serves() -> None:
    state = state_of("serve")
    state.item("Service", "serve")["spec"]["type"] = "LoadBalancer"
    assert state.said().done


def test_a_pod_that_is_going_is_not_counted() -> None:
    state = state_of("scale")
    state.item("Pod", PODS[0])["metadata"]["deletionTimestamp"] = "2026-11-29T03:20:00Z"
    assert state.said().text == "3 of 4 replicas are behind the Service serve."


def test_a_second_service_without_pods_does_not_matter() -> None:
    state = state_of("serve")
    state.items.insert(0, state.copied("Service", "serve", "aaa"))
    assert state.said().done


def test_the_service_may_mount_a_second_claim() -> None:
    state = state_of("serve")
    template = state.item("Deployment", "serve")["spec"]["template"]["spec"]
    template["volumes"].insert(0, {"name": "code", "persistentVolumeClaim": {"claimName": "scratch"}})
    state.copied("PersistentVolumeClaim", "data", "scratch")
    state.finds("scratch", files={}, asked=0)
    assert state.said().done


def test_replicas_are_on_one_node_where_their_volume_is() -> None:
    state = state_of("scale")
    more_nodes(state, held=True)
    assert state.said().text == "4 replicas are ready, on kubnode1: their volume lies there."
    more_nodes(state, held=False)
    state.item("Pod", PODS[0])["spec"]["nodeName"] = "kubnode2"
    assert state.said().text == "4 replicas are ready, on kubnode1, kubnode2."


@pytest.mark.parametrize("spec", ["", "changed"])
def test_a_program_that_ended_and_was_started_again_is_a_break(spec: str) -> None:
    state = state_of("break")
    state.begun = begun(BEFORE, *PODS, spec=spec)
    ends = {"terminated": {"finishedAt": "2026-11-29T03:20:00Z", "exitCode": 0}}
    state.item("Pod", PODS[2])["status"]["containerStatuses"][0]["lastState"] = ends
    assert state.said().text == f"A container of {PODS[2]} ended and was started again; 4 replicas are ready."
    ends["terminated"]["finishedAt"] = "2026-11-29T03:18:59Z"
    assert not state.said().done


def test_a_rollout_and_its_undo_break_nothing() -> None:
    """The recorded cluster: version 2 went out and came back, so every pod is another one."""
    state = state_of("break")
    state.begun = begun("2026-11-29T03:18:34Z", "one", "two", "three", "four", spec="as it was before")
    said = state.said()
    assert not said.done
    assert "was changed since the lesson began" in said.text


def test_a_version_that_was_there_before_is_no_new_one() -> None:
    state = state_of("rollout")
    state.item("ReplicaSet", REPLACED)["metadata"]["creationTimestamp"] = "2026-11-29T03:18:33Z"
    assert not state.said().done
