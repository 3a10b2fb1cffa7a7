"""Begins a lesson: its files are written, what is missing is said, and what there is now is noted."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kubetui.base.errors import RunError
from kubetui.cluster.folder import Cluster
from kubetui.machines.hosts.access import Access
from kubetui.operations.extras.images.names import advice, familiar, full
from kubetui.operations.extras.images.site import Site, visited
from kubetui.operations.extras.images.stored import Stored
from kubetui.operations.extras.lessons import folder as files
from kubetui.operations.extras.lessons import record as records
from kubetui.operations.extras.lessons.asking import ask
from kubetui.operations.extras.lessons.folder import Written
from kubetui.operations.extras.lessons.record import Entry, Record
from kubetui.operations.observe import kubeconfig_line
from kubetui.remote.ssh import SshNode
from kubetui.software.lessons import CATALOGUE, Begun, Lesson, Look, Seen, Verdict
from kubetui.software.lessons.lesson import CLUSTER_HERE, NODE_HERE
from kubetui.software.lessons.serving import serving


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that is missing before a lesson can be done, and the commands that bring it."""

    text: str
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Started:
    """A lesson that was begun: its files, what is missing, and the commands as a person types them."""

    lesson: Lesson
    image: str
    folder: Path | None
    files: tuple[Written, ...]
    lacks: tuple[Lack, ...]
    commands: tuple[str, ...]
    hints: tuple[str, ...]


async def start(cluster: Cluster, lesson: Lesson, to: Path | None, image: str, access: Access | None = None) -> Started:
    """Begin a lesson in a folder of this host; an empty `image` is the one that the cluster's lessons have.

    Files that a person changed stay as they are. What the lesson starts from is noted when it begins for the first
    time. Raises UsageError for a folder or an image's name that cannot be used, and as `visited` does.
    """
    async with visited(cluster, "check", access) as site:
        seen, stored = await ask(control_plane(site)), await site.stored()
        record = records.read(cluster)
        record = replace(record, image=full(image) if image else record.image)
        entry = record.lessons.get(lesson.name, Entry(Begun(seen.now)))
        entry = replace(entry, begun=noted(entry.begun, seen))
        place: Path | None = None
        written: tuple[Written, ...] = ()
        if lesson.files:
            place = (to or Path(entry.folder or Path(files.PARENT, lesson.name))).expanduser().absolute()
            written, sums = files.write(lesson, record.image, place, entry.files)
            entry = replace(entry, folder=str(place), files=sums)
        record = record.having(lesson.name, entry)
        records.write(cluster, record)
    lacks = tuple(_lacks(cluster, lesson, record, seen, stored))
    commands = (kubeconfig_line(cluster), *_into(place), *_typed(lesson, seen))
    hints = tuple(each.replace(CLUSTER_HERE, cluster.name) for each in lesson.hints)
    return Started(lesson, record.image, place, written, lacks, commands, hints)


def control_plane(site: Site) -> SshNode:
    """Return the connection to the first control plane. Raises RunError where it does not answer."""
    name = site.plan.control_plane.name
    if name not in site.nodes:
        raise RunError(f"{name}, the control plane, does not answer: {site.troubles.get(name, '')}")
    return site.nodes[name]


def noted(begun: Begun, seen: Seen) -> Begun:
    """Return what there was when a lesson began, with what only now can be noted.

    A reset puts back what ran first, so that stays. The pods are noted again where the Deployment was changed since:
    those from before went with the change.
    """
    there = serving(seen)
    if isinstance(there, Verdict):
        return begun
    now = there.deployment
    pods = tuple(each.uid for each in there.pods)
    if not begun.pods:
        return Begun(begun.at, now.name, now.replicas, there.current.name, pods, now.spec)
    return begun if begun.spec == now.spec else replace(begun, pods=pods, spec=now.spec)


def _into(place: Path | None) -> tuple[str, ...]:
    return (f"cd {shlex.quote(near(place))}",) if place else ()


def near(place: Path) -> str:
    """Return a path as a person types it in the present folder."""
    here = Path.cwd()
    return str(place.relative_to(here)) if place.is_relative_to(here) and place != here else str(place)


def _typed(lesson: Lesson, seen: Seen) -> tuple[str, ...]:
    address = next(iter(seen.nodes.values()), "")
    return tuple(command.replace(NODE_HERE, address) for command in lesson.commands)


def _lacks(
    cluster: Cluster, lesson: Lesson, record: Record, seen: Seen, stored: Mapping[str, tuple[Stored, ...]]
) -> Iterator[Lack]:
    if not seen.nodes:
        yield Lack("No node takes pods.", (f"kubetui node add {cluster.name}",))
    if not lesson.after:
        if not seen.default_class:
            text = "The cluster has no default storage class, so the claim would wait for ever."
            yield Lack(text, (f"kubetui addon add {cluster.name} storage",))
    else:
        yield from _before(cluster, lesson.after, record, seen)
    if lesson.files:
        yield from _image(cluster, record, seen, stored)


def _before(cluster: Cluster, name: str, record: Record, seen: Seen) -> Iterator[Lack]:
    """Yield what the lesson before lacks. One that asks for a look inside passed where its check said so."""
    entry = record.lessons.get(name)
    said = CATALOGUE[name].judge(seen, entry.begun if entry else None)
    if isinstance(said, Verdict) and not said.done:
        yield Lack(f"It stands on the lesson {name}: {said.text}", (f"kubetui lesson start {cluster.name} {name}",))
    elif isinstance(said, Look) and not (entry and entry.passed):
        text = f"It stands on the lesson {name}, which has not passed its check yet."
        yield Lack(text, (f"kubetui lesson check {cluster.name} {name}",))


def _image(cluster: Cluster, record: Record, seen: Seen, stored: Mapping[str, tuple[Stored, ...]]) -> Iterator[Lack]:
    without = [name for name in seen.nodes if name in stored and not _has(stored[name], record.image)]
    if without:
        first = record.lessons.get("train")
        name, place = familiar(record.image), shlex.quote(near(Path(first.folder))) if first else "./lessons/train"
        yield Lack(
            f"The image {name} is not on {', '.join(without)}. Build it here and load it, or load a file that docker "
            "save wrote. If a registry has it, Kubernetes pulls it from there.",
            (f"docker build --tag {name} {place}", f"kubetui image load {cluster.name} {name}"),
        )
    yield from (Lack(line) for line in advice(record.image)[1:])


def _has(images: tuple[Stored, ...], name: str) -> bool:
    return any(name in each.names or familiar(name) in each.names for each in images)
