"""Image names: as a person types them, as runtimes store them, and as a pod has to write them.

The rules are those of distribution/reference (normalize.go): a name without a registry is docker.io's, one without a
folder is in `library`, and one without a tag has the tag `latest`.
"""

from __future__ import annotations

import re
from typing import Final

from kubetui.base.errors import UsageError
from kubetui.base.text import shown

DOCKER: Final = "docker.io"
LATEST: Final = "latest"
PODMAN: Final = "localhost"
"""The registry that Podman puts before the name of an image that it built."""
_REGISTRY: Final = r"(?:[a-zA-Z0-9](?:[-a-zA-Z0-9.]*[a-zA-Z0-9])?)(?::[0-9]+)?"
_PART: Final = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_NAME: Final = re.compile(
    rf"(?P<registry>{_REGISTRY})/(?P<path>{_PART}(?:/{_PART})*):(?P<tag>[\w][\w.-]{{0,127}})", re.ASCII
)


def full(text: str) -> str:
    """Return an image's name as runtimes store it, with registry and tag. Raises UsageError where it is no name.

    >>> full("m:1"), full("me/m"), full("localhost/m:1")
    ('docker.io/library/m:1', 'docker.io/me/m:latest', 'localhost/m:1')
    """
    first, slash, rest = text.partition("/")
    if not slash or not (set(".:") & set(first) or first == PODMAN):
        first, rest = DOCKER, text
    if first == f"index.{DOCKER}":
        first = DOCKER
    if first == DOCKER and "/" not in rest:
        rest = f"library/{rest}"
    name = f"{first}/{rest}" if ":" in rest else f"{first}/{rest}:{LATEST}"
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{shown(text)} is no name of an image.",
            fix="A name is in lowercase, with a tag: model:1, or registry.example.org/team/model:1.",
        )
    return name


def familiar(name: str) -> str:
    """Return the shortest way to write a full name in a pod.

    >>> familiar("docker.io/library/m:1"), familiar("docker.io/me/m:1"), familiar("localhost/m:1")
    ('m:1', 'me/m:1', 'localhost/m:1')
    """
    return name.removeprefix(f"{DOCKER}/").removeprefix("library/") if name.startswith(f"{DOCKER}/") else name


def advice(name: str) -> tuple[str, ...]:
    """Return how a pod names a loaded image, and what would keep the kubelet from using it, as lines of text.

    Without imagePullPolicy the kubelet pulls an image with the tag `latest` each time, and others only where they are
    missing (kubernetes.io, "Images": Image pull policy).
    """
    lines = [f"In a pod: image: {familiar(name)}"]
    if name.startswith(f"{PODMAN}/"):
        lines.append(
            f"The name begins with {PODMAN}/ because Podman builds so; without that, Kubernetes asks {DOCKER}."
        )
    if name.endswith(f":{LATEST}"):
        base = familiar(name).removesuffix(f":{LATEST}")
        lines.append("Kubernetes pulls the tag latest again each time a pod starts, and would not find it anywhere.")
        lines.append(f"Give it a version ({base}:1) and load that, or write imagePullPolicy: IfNotPresent beside it.")
    return tuple(lines)
