"""The Lesson type: what a person learns with it, what they type, and who judges whether it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import resources
from typing import Final

from kubetui.software.lessons.seen import Seen

IMAGE: Final = "docker.io/library/kubetui-lessons:1"
"""What a person's own image is called: in full, and with a version, or Kubernetes would ask a registry for it."""
IMAGE_HERE: Final = "@IMAGE@"
"""Stands in the files for the image."""
NODE_HERE: Final = "@NODE@"
"""Stands in commands for a node's address."""
CLUSTER_HERE: Final = "@CLUSTER@"
"""Stands in hints for the cluster's name."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge says: whether the lesson is done, or what is missing, in a line, and what helps."""

    done: bool
    text: str
    hint: str = ""

    def of(self, cluster: str) -> Verdict:
        """Return it with the cluster's name."""
        return replace(self, hint=self.hint.replace(CLUSTER_HERE, cluster))


@dataclass(frozen=True, slots=True)
class Look:
    """What a judge still has to see, from inside the cluster: a claim, read with `image`, and perhaps an address."""

    claim: str
    image: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """What there was when a person started a lesson, at the control plane's time `at`."""

    at: float
    deployment: str = ""
    replicas: int = 0
    revision: str = ""
    """The name of the ReplicaSet that ran."""
    pods: tuple[str, ...] = ()
    """The uids of its pods."""
    spec: str = ""
    """The Deployment's own `spec` then."""


Judge = Callable[[Seen, Begun | None], Verdict | Look]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson. `files` are written for the person to read and to change, `commands` are one right way.

    A lesson that `restores` changes what an earlier one made; its reset puts that back as it was when it began.
    """

    name: str
    title: str
    goal: str
    after: str
    """The lesson that it stands on; empty for the first."""
    files: tuple[tuple[str, str], ...]
    """Each with what it is for."""
    commands: tuple[str, ...]
    hints: tuple[str, ...]
    judge: Judge
    leaves: tuple[str, ...] = ()
    """The files that it leaves on the volume of an earlier lesson."""
    restores: bool = False
    concepts: tuple[str, ...] = ()
    """What `kubetui explain` tells about it, by name."""

    def text(self, file: str, image: str) -> str:
        """Return one of its files for an image."""
        place = resources.files(__package__).joinpath("files", self.name, file)
        return place.read_text(encoding="utf-8").replace(IMAGE_HERE, image)


def missing(text: str, hint: str = "") -> Verdict:
    """Return the verdict that something is missing."""
    return Verdict(done=False, text=text, hint=hint)


def done(text: str) -> Verdict:
    """Return the verdict that a lesson is done."""
    return Verdict(done=True, text=text)
