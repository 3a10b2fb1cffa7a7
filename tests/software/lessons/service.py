"""A recorded cluster whose service is changed as a person may change it, before a judge sees it."""

from __future__ import annotations

from tests.software.lessons.states import PODS, REPLACED, REVISION, State, begun

BEFORE = "2026-11-29T03:19:00Z"
"""Before any of the pods that run."""
BROKEN = begun(BEFORE, "a pod of old", *PODS[1:])
ROLLED = begun("2026-11-29T03:18:34Z", *PODS)
"""What was noted before the recorded cluster got version 2."""


def state_of(lesson: str) -> State:
    state = State(lesson)
    state.begun = {"break": BROKEN, "rollout": ROLLED}.get(lesson)
    return state


def scaled(state: State, wanted: int, ready: int | None = None) -> None:
    """Let the Deployment want so many replicas and have so many."""
    there = wanted if ready is None else ready
    deployment = state.item("Deployment", "serve")
    deployment["spec"]["replicas"] = wanted
    for key in ("replicas", "updatedReplicas", "availableReplicas", "readyReplicas"):
        deployment["status"][key] = there
    for name in PODS[there:]:
        state.without("Pod", name)
        left_out(state, name)


def left_out(state: State, *names: str) -> None:
    """Let these pods not be behind the Service."""
    slice_ = state.item("EndpointSlice", "serve-8ztcs")
    slice_["endpoints"] = [each for each in slice_["endpoints"] if each["targetRef"]["name"] not in names]


def bare(state: State) -> None:
    for name in PODS:
        state.item("Pod", name)["metadata"]["ownerReferences"] = []


def crashing(state: State) -> None:
    left_out(state, *PODS)
    waiting = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s restarting failed container"}}
    state.item("Pod", PODS[0])["status"]["containerStatuses"][0]["state"] = waiting


def cluster_ip(state: State) -> None:
    state.item("Service", "serve")["spec"] = {"type": "ClusterIP", "ports": [{"port": 80}]}


def no_claim(state: State) -> None:
    state.item("Deployment", "serve")["spec"]["template"]["spec"]["volumes"] = []


def rolling(state: State) -> None:
    state.item("Deployment", "serve")["status"]["updatedReplicas"] = 1


def more_nodes(state: State, *, held: bool) -> None:
    """Let there be a second worker, and the volume perhaps on no node alone."""
    items = state.document["cluster"]["items"]
    items.append({"kind": "Node", "metadata": {"name": "kubnode2"}, "spec": {}, "status": {}})
    if not held:
        next(each for each in items if each["kind"] == "PersistentVolume")["spec"].pop("nodeAffinity")


def changed(state: State, **about: object) -> None:
    deployment = state.item("Deployment", "serve")
    deployment["metadata"] |= about
    deployment["status"]["observedGeneration"] = deployment["metadata"]["generation"]


def strategy(state: State, value: object) -> None:
    state.item("Deployment", "serve")["spec"]["strategy"] = value


def unprobed(state: State) -> None:
    state.item("Deployment", "serve")["spec"]["template"]["spec"]["containers"][0].pop("readinessProbe")


def out(state: State) -> None:
    """Let version 2 run."""
    for name, revision in ((REVISION, "1"), (REPLACED, "2")):
        annotations = state.item("ReplicaSet", name)["metadata"]["annotations"]
        annotations["deployment.kubernetes.io/revision"] = revision
    for name in PODS:
        state.item("Pod", name)["metadata"]["ownerReferences"][0]["name"] = REPLACED
