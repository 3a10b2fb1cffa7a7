"""Takes away what a lesson and those after it made, and nothing else, whichever way a person made it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from kubetui.base.errors import RunError
from kubetui.base.scripts import script
from kubetui.base.text import clean
from kubetui.cluster.folder import Cluster
from kubetui.cluster.tables import ADMIN
from kubetui.machines.hosts.access import Access
from kubetui.machines.make import make
from kubetui.operations.connect import visit
from kubetui.operations.extras.lessons import folder as files
from kubetui.operations.extras.lessons import record as records
from kubetui.operations.extras.lessons.asking import ask, look
from kubetui.operations.extras.lessons.check import refuse
from kubetui.operations.extras.lessons.record import Record, from_on
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.remote.node import Node
from kubetui.remote.ssh import SshNode
from kubetui.software.lessons import CATALOGUE, LABEL, LOOKS, NAMESPACE, Begun, Lesson, Look, Seen
from kubetui.software.lessons.reading import when

_OBJECTS: Final = ADMIN + script(__package__, "objects.sh")
_RESET: Final = ADMIN + script(__package__, "reset.sh")
_EVERY_NAMESPACE: Final = {("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")}
"""What Kubernetes itself makes in a namespace."""
Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Object:
    """An object of the cluster, as `kubectl delete` takes it."""

    api: str
    kind: str
    name: str
    namespace: str = NAMESPACE

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def document(self) -> Item:
        """What names it in a manifest."""
        place = {"namespace": self.namespace} if self.namespace else {}
        return {"apiVersion": self.api, "kind": self.kind, "metadata": {"name": self.name, **place}}


@dataclass(frozen=True, slots=True)
class Restoring:
    """How a Deployment was when a lesson began; `revision` is empty where it still is of that version."""

    deployment: str
    replicas: int
    revision: str


@dataclass(frozen=True, slots=True)
class Removal:
    """What a reset takes away. `volumes` go with their claims, `kept` are the person's own files."""

    lessons: tuple[str, ...]
    objects: tuple[Object, ...] = ()
    volumes: tuple[str, ...] = ()
    restoring: Restoring | None = None
    looks: tuple[Look, ...] = ()
    """The claims on which `leaves` are taken away."""
    leaves: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    kept: tuple[Path, ...] = field(default=())

    @property
    def empty(self) -> bool:
        """Whether there is nothing to take away."""
        return not (self.objects or self.restoring or self.looks or self.files)

    def lines(self) -> Iterator[str]:
        """Yield what goes, one thing a line."""
        yield from map(str, self.objects)
        yield from (f"PersistentVolume {each}, with its data" for each in self.volumes)
        yield from (f"{name} on the claim {each.claim}" for each in self.looks for name in self.leaves)
        if self.restoring:
            version = f" and version {self.restoring.revision}" if self.restoring.revision else ""
            yield f"Deployment {self.restoring.deployment} back to {self.restoring.replicas} replicas{version}"
        yield from map(str, self.files)


async def planned(cluster: Cluster, lesson: Lesson, access: Access | None = None) -> Removal:
    """Return what a reset of a lesson would take away. Changes nothing."""
    async with _visited(cluster, access) as node:
        text = await node.read(Command(_OBJECTS, {"NAMESPACE": NAMESPACE}, timeout=120))
        try:
            items: list[Item] = [dict(each) for each in json.loads(text)["items"]]
        except (ValueError, LookupError, TypeError) as error:
            raise RunError(f"kubectl does not list the namespace {NAMESPACE}: {error!r}.") from error
        going = removal(lesson, records.read(cluster), await ask(node), items)
        return replace(going, looks=tuple([each for each in going.looks if await _holds(node, each, going.leaves)]))


async def reset(cluster: Cluster, going: Removal, access: Access | None = None) -> None:
    """Take away what `planned` found. Raises RunError where something stays; the same command then goes on."""
    async with _visited(cluster, access) as node:
        for each in going.looks:
            seen = await look(node, each, going.leaves)
            if seen.trouble:
                raise RunError(f"{', '.join(going.leaves)} on the claim {each.claim} cannot be removed: {seen.trouble}")
        back = going.restoring
        values = {
            "NAMESPACE": NAMESPACE,
            "DEPLOYMENT": back.deployment if back else "",
            "REPLICAS": str(back.replicas) if back else "",
            "REVISION": back.revision if back else "",
            "DOOMED": json.dumps(
                {"apiVersion": "v1", "kind": "List", "items": [each.document for each in going.objects]}
            )
            if going.objects
            else "",
            "VOLUMES": " ".join(going.volumes),
        }
        await node.read(Command(_RESET, values, timeout=600))
        files.remove(going.files)
        records.write(cluster, records.read(cluster).without(going.lessons))


async def _holds(node: Node, claim: Look, leaves: tuple[str, ...]) -> bool:
    """Return whether one of the files is on a claim; also where that cannot be told, and the reset then says why."""
    found = await look(node, claim)
    return bool(found.trouble) or not found.files.keys().isdisjoint(leaves)


@asynccontextmanager
async def _visited(cluster: Cluster, access: Access | None) -> AsyncIterator[SshNode]:
    with cluster.lock("lessons"):
        plan = Plan(profilefile.load_built(cluster))
        refuse(plan)
        node = await visit(cluster, make(plan, cluster.folder, access), plan.control_plane)
        try:
            yield node
        finally:
            await node.close()


def removal(lesson: Lesson, record: Record, seen: Seen, items: list[Item]) -> Removal:
    """Return what goes with a lesson and those after it; the first takes the whole namespace.

    An object is a lesson's where its label says so, or where it has none of ours and came after the lesson began.
    """
    names = from_on(lesson.name)
    known = {
        path: sum_ for name in names if name in record.lessons for path, sum_ in record.lessons[name].files.items()
    }
    same, changed = files.unchanged(known)
    own = [each for each in items if not _of_kubernetes(each)]
    if not lesson.after:
        objects = _namespace(seen, own)
        return Removal(names, objects, tuple(sorted(_volumes(seen))), files=same, kept=changed)
    begun = record.begun(lesson.name)
    objects = tuple(_object(each) for each in own if _belongs(each, names, begun))
    back = _restoring(names, record, seen, objects)
    leaves = tuple(name for each in names for name in CATALOGUE[each].leaves)
    looks = tuple(_looks(seen, objects, record.image)) if leaves else ()
    stale = _stale(seen, record, back)
    return Removal(names, (*objects, *stale), (), back, looks, leaves, same, changed)


def _of_kubernetes(item: Item) -> bool:
    about = item["metadata"]
    return (
        bool(about.get("ownerReferences"))
        or (item["kind"], about["name"]) in _EVERY_NAMESPACE
        or LOOKS in _labels(item)
    )


def _labels(item: Item) -> Item:
    return item["metadata"].get("labels") or {}


def _object(item: Item) -> Object:
    return Object(str(item["apiVersion"]), clean(str(item["kind"])), clean(str(item["metadata"]["name"])))


def _namespace(seen: Seen, own: list[Item]) -> tuple[Object, ...]:
    """Return the namespace, what is in it, and the volumes that nobody else would remove."""
    if not seen.there:
        return ()
    kept = (Object("v1", "PersistentVolume", name, "") for name, policy in seen.volumes.items() if policy != "Delete")
    return (*map(_object, own), Object("v1", "Namespace", NAMESPACE, ""), *kept)


def _volumes(seen: Seen) -> Iterator[str]:
    return (name for name, policy in seen.volumes.items() if policy == "Delete")


def _belongs(item: Item, names: tuple[str, ...], begun: Begun | None) -> bool:
    mark = _labels(item).get(LABEL)
    if mark in CATALOGUE:
        return mark in names
    return begun is not None and when(item["metadata"].get("creationTimestamp")) >= begun.at


def _restoring(names: tuple[str, ...], record: Record, seen: Seen, doomed: tuple[Object, ...]) -> Restoring | None:
    """Return how the first of the lessons that change a Deployment found it, unless it goes or is as it was."""
    first = next((each for name in names if CATALOGUE[name].restores and (each := record.begun(name))), None)
    if first is None or any((each.kind, each.name) == ("Deployment", first.deployment) for each in doomed):
        return None
    now = next((each for each in seen.deployments if each.name == first.deployment), None)
    sets = seen.revisions(first.deployment)
    if now is None or not sets:
        return None
    moved = sets[-1].name != first.revision and first.revision in {each.name for each in sets}
    if not moved and now.replicas == first.replicas:
        return None
    return Restoring(first.deployment, first.replicas, first.revision if moved else "")


def _stale(seen: Seen, record: Record, back: Restoring | None) -> Iterator[Object]:
    """Yield the revisions that came after a version that is put back, or runs again already."""
    begun = record.begun("rollout")
    if begun is None:
        return
    current = (
        back.revision
        if back and back.revision
        else next((each.name for each in seen.revisions(begun.deployment)[-1:]), "")
    )
    for each in seen.revisions(begun.deployment):
        if each.created >= begun.at and each.name not in {begun.revision, current}:
            yield Object("apps/v1", "ReplicaSet", each.name)


def _looks(seen: Seen, doomed: tuple[Object, ...], image: str) -> Iterator[Look]:
    gone = {each.name for each in doomed if each.kind == "PersistentVolumeClaim"}
    for claim in seen.claims:
        if claim.phase == "Bound" and claim.name not in gone:
            images = [each.image for each in seen.jobs if claim.name in each.claims and each.ended]
            yield Look(claim.name, images[0] if images else image)
