"""Reads what a cluster shows of the lessons from kubectl's JSON."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from kubetui.base.text import clean
from kubetui.software.lessons.seen import (
    LOOKS,
    NAMESPACE,
    Claim,
    Deployment,
    Job,
    Pod,
    ReplicaSet,
    Seen,
    Service,
)

_DEFAULT: Final = "storageclass.kubernetes.io/is-default-class"
_REVISION: Final = "deployment.kubernetes.io/revision"
Document = Mapping[str, Any]


def seen(document: Document) -> Seen:
    """Read what asking the cluster prints. Raises ValueError, LookupError or TypeError where it is something else."""
    items = [each for each in (document.get("objects") or {}).get("items") or () if LOOKS not in _labels(each)]
    cluster = document["cluster"]["items"]
    logs = {name: _decoded(text) for name, text in (document.get("logs") or {}).items()}
    slices = list(_of(items, "EndpointSlice"))
    claims = tuple(map(_claim, _of(items, "PersistentVolumeClaim")))
    return Seen(
        float(document["now"]),
        bool(document.get("namespace")),
        next((_name(each) for each in _of(cluster, "StorageClass") if _annotation(each, _DEFAULT) == "true"), ""),
        dict(map(_address, filter(_takes_pods, _of(cluster, "Node")))),
        tuple(_job(each, logs) for each in _of(items, "Job")),
        claims,
        tuple(map(_pod, _of(items, "Pod"))),
        tuple(map(_deployment, _of(items, "Deployment"))),
        tuple(map(_replica_set, _of(items, "ReplicaSet"))),
        tuple(_service(each, slices) for each in _of(items, "Service")),
        dict(_held(_volumes(cluster))),
        {_name(each): str(each["spec"].get("persistentVolumeReclaimPolicy", "")) for each in _volumes(cluster)},
    )


def when(text: object) -> float:
    """Return a time of Kubernetes' in seconds since 1970; 0 for none."""
    return datetime.fromisoformat(str(text)).timestamp() if text else 0.0


def _of(items: Sequence[Document], kind: str) -> Iterator[Document]:
    return (each for each in items if each.get("kind") == kind)


def _name(item: Document) -> str:
    return clean(str(item["metadata"]["name"]))


def _labels(item: Document) -> Document:
    return item["metadata"].get("labels") or {}


def _annotation(item: Document, key: str) -> str:
    return str((item["metadata"].get("annotations") or {}).get(key, ""))


def _owner(item: Document) -> str:
    return next(
        (str(each["name"]) for each in item["metadata"].get("ownerReferences") or () if each.get("controller")), ""
    )


def _decoded(text: str) -> str:
    lines = base64.b64decode(text).decode(errors="replace").splitlines()
    return "\n".join(map(clean, lines))


def _takes_pods(node: Document) -> bool:
    spec = node.get("spec") or {}
    kept_off = [each for each in spec.get("taints") or () if each.get("effect") != "PreferNoSchedule"]
    return not spec.get("unschedulable") and not kept_off


def _address(node: Document) -> tuple[str, str]:
    addresses = (node.get("status") or {}).get("addresses") or ()
    return _name(node), next((str(each["address"]) for each in addresses if each.get("type") == "InternalIP"), "")


def _template(item: Document) -> Document:
    found: Document = item["spec"]["template"]["spec"]
    return found


def _image(template: Document) -> str:
    return clean(str(next((each.get("image") or "" for each in template.get("containers") or ()), "")))


def _claims(template: Document) -> tuple[str, ...]:
    """Return the claims that a container really mounts."""
    mounted = {mount["name"] for each in template.get("containers") or () for mount in each.get("volumeMounts") or ()}
    volumes = [each for each in template.get("volumes") or () if each["name"] in mounted]
    return tuple(str(each["persistentVolumeClaim"]["claimName"]) for each in volumes if "persistentVolumeClaim" in each)


def _job(item: Document, logs: Mapping[str, str]) -> Job:
    status, template = item.get("status") or {}, _template(item)
    held = {each["type"]: each for each in status.get("conditions") or () if each.get("status") == "True"}
    failed = held.get("Failed") or {}
    why = f"{failed.get('reason', '')}: {failed.get('message', '')}" if failed else ""
    name = _name(item)
    ended = when(status.get("completionTime")) if "Complete" in held else 0.0
    started = when(status.get("startTime"))
    return Job(name, _image(template), _claims(template), started, ended, clean(why), logs.get(name, ""))


def _claim(item: Document) -> Claim:
    phase = str((item.get("status") or {}).get("phase", "Pending"))
    return Claim(_name(item), clean(phase), clean(str(item["spec"].get("storageClassName") or "")))


def _pod(item: Document) -> Pod:
    status = item.get("status") or {}
    conditions = {each["type"]: each for each in status.get("conditions") or ()}
    containers = status.get("containerStatuses") or ()
    ends = [(each.get("lastState") or {}).get("terminated") or {} for each in containers]
    return Pod(
        _name(item),
        str(item["metadata"].get("uid", "")),
        _owner(item),
        clean(str(item["spec"].get("nodeName") or "")),
        (conditions.get("Ready") or {}).get("status") == "True",
        bool(item["metadata"].get("deletionTimestamp")),
        _trouble(containers, conditions.get("PodScheduled") or {}),
        max((when(each.get("finishedAt")) for each in ends), default=0.0),
    )


def _trouble(containers: Sequence[Document], scheduled: Document) -> str:
    if scheduled.get("status") == "False":
        return clean(f"it finds no node: {scheduled.get('message', '')}")
    for each in containers:
        waiting = (each.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") not in {None, "ContainerCreating", "PodInitializing"}:
            return clean(f"{waiting['reason']}: {waiting.get('message', '')}").rstrip(": ")
    return ""


def _replica_set(item: Document) -> ReplicaSet:
    return ReplicaSet(
        _name(item),
        _owner(item),
        when(item["metadata"].get("creationTimestamp")),
        int(_annotation(item, _REVISION) or 0),
        int(item["spec"].get("replicas") or 0),
    )


def _deployment(item: Document) -> Deployment:
    spec, status, template = item["spec"], item.get("status") or {}, _template(item)
    replicas = int(spec.get("replicas", 1))
    counts = {int(status.get(key) or 0) for key in ("replicas", "updatedReplicas", "availableReplicas")}
    return Deployment(
        _name(item),
        f"{item['metadata'].get('uid', '')} {item['metadata'].get('generation', 0)}",
        replicas,
        int(status.get("readyReplicas") or 0),
        counts == {replicas} and status.get("observedGeneration") == item["metadata"].get("generation"),
        _missing(spec.get("strategy") or {}, replicas),
        all("readinessProbe" in each for each in template.get("containers") or ()),
        _image(template),
        _claims(template),
    )


def _missing(strategy: Document, replicas: int) -> int:
    """Return how many replicas a rollout may do without; a share is rounded down (kubernetes.io, "Deployments")."""
    if strategy.get("type") == "Recreate":
        return replicas
    allowed = str((strategy.get("rollingUpdate") or {}).get("maxUnavailable", "25%"))
    return replicas * int(allowed[:-1]) // 100 if allowed.endswith("%") else int(allowed)


def _service(item: Document, slices: Sequence[Document]) -> Service:
    name, spec = _name(item), item["spec"]
    mine = [each for each in slices if _labels(each).get("kubernetes.io/service-name") == name]
    ready = [
        str((endpoint.get("targetRef") or {}).get("name", ""))
        for each in mine
        for endpoint in each.get("endpoints") or ()
        if (endpoint.get("conditions") or {}).get("ready") is not False
    ]
    port = next((int(each.get("nodePort") or 0) for each in spec.get("ports") or ()), 0)
    return Service(name, clean(str(spec.get("type", ""))), port, tuple(dict.fromkeys(ready)))


def _volumes(cluster: Sequence[Document]) -> Iterator[Document]:
    """Return the volumes that claims of the lessons have, or had."""
    for each in _of(cluster, "PersistentVolume"):
        if (each["spec"].get("claimRef") or {}).get("namespace") == NAMESPACE:
            yield each


def _held(volumes: Iterator[Document]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each claim of the lessons whose volume lies on some nodes alone, and those nodes' names."""
    for each in volumes:
        claim = each["spec"]["claimRef"]
        required = (each["spec"].get("nodeAffinity") or {}).get("required") or {}
        nodes = [
            str(value)
            for term in required.get("nodeSelectorTerms") or ()
            for wanted in term.get("matchExpressions") or ()
            if wanted.get("key") == "kubernetes.io/hostname" and wanted.get("operator") == "In"
            for value in wanted.get("values") or ()
        ]
        if nodes:
            yield str(claim["name"]), tuple(nodes)
