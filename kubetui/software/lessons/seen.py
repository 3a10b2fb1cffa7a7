"""What a cluster shows of the lessons: the objects of their namespace, and what was found on their volumes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

NAMESPACE: Final = "lessons"
LABEL: Final = "kubetui/lesson"
"""Says which lesson an object belongs to."""
LOOKS: Final = "kubetui/looks"
"""Marks the Job with which a check looks at a volume; no lesson made it."""


@dataclass(frozen=True, slots=True)
class Job:
    """A Job. `started` and `ended` are seconds since 1970, 0 before that; `failed` is why it failed, if it did."""

    name: str
    image: str
    claims: tuple[str, ...]
    started: float
    ended: float
    failed: str
    log: str
    """The last lines that its pod wrote."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim for a volume; `phase` is Pending, Bound or Lost."""

    name: str
    phase: str
    storage_class: str


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod; `owner` is the name of the ReplicaSet or Job that made it, `trouble` why it does not run."""

    name: str
    uid: str
    owner: str
    node: str
    ready: bool
    going: bool
    trouble: str
    restarted: float
    """When a container of it last ended and was started again; 0 for never."""


@dataclass(frozen=True, slots=True)
class ReplicaSet:
    """One revision of a Deployment."""

    name: str
    owner: str
    created: float
    revision: int
    replicas: int


@dataclass(frozen=True, slots=True)
class Deployment:
    """A Deployment. `settled` once all its pods are of the newest template and available, and none is left of another.

    `missing` is how many replicas may be missing during a rollout, and `probed` whether a pod says when it is ready.
    `spec` is another text as soon as it is changed in any way (scaled, rolled out) or made anew.
    """

    name: str
    spec: str
    replicas: int
    ready: int
    settled: bool
    missing: int
    probed: bool
    image: str
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """A Service; `backends` are the pods behind it that are ready."""

    name: str
    type: str
    node_port: int
    backends: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a short Job found on a claim and behind a port. `trouble` is why it could not look."""

    trouble: str = ""
    files: Mapping[str, float] = field(default_factory=dict)
    """When each file was written, in seconds since 1970, by name."""
    model: str = ""
    """Why the model cannot be used; empty where it can."""
    score: float = 0.0
    tested: int = 0
    """How many rows test.csv has."""
    predicted: int = 0
    """How many rows predictions.csv has."""
    right: float = 0.0
    """The share of those that are right."""
    asked: int = 0
    same: int = 0
    """How many answers of the service are the model's own."""
    answer: str = ""
    """What the service said last."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is. `there` is whether the namespace exists; `nodes` are addresses of those taking pods, by name."""

    now: float
    there: bool
    default_class: str
    nodes: Mapping[str, str]
    jobs: tuple[Job, ...] = ()
    claims: tuple[Claim, ...] = ()
    pods: tuple[Pod, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    replica_sets: tuple[ReplicaSet, ...] = ()
    services: tuple[Service, ...] = ()
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The nodes on which a claim's volume lies, where it lies on some alone."""
    volumes: Mapping[str, str] = field(default_factory=dict)
    """What becomes of the volumes of these claims with them, Delete or Retain, by name."""
    found: Mapping[str, Found] = field(default_factory=dict)
    """What was found on the claims that were looked at, by name."""

    def made_by(self, owner: str) -> tuple[Pod, ...]:
        """Return the pods that a ReplicaSet or Job made and that are not going."""
        return tuple(each for each in self.pods if each.owner == owner and not each.going)

    def revisions(self, deployment: str) -> tuple[ReplicaSet, ...]:
        """Return a Deployment's revisions, the current one last."""
        return tuple(
            sorted((each for each in self.replica_sets if each.owner == deployment), key=lambda each: each.revision)
        )

    def bound(self, names: Sequence[str]) -> tuple[Claim, ...]:
        """Return those of these claims that have a volume."""
        return tuple(each for each in self.claims if each.name in names and each.phase == "Bound")
