"""Asks a cluster how its lessons stand: the objects of their namespace, and what is on a volume and behind a port."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from importlib import resources
from typing import Any, Final

from kubetui.base.errors import RunError
from kubetui.base.scripts import script
from kubetui.base.text import clean, shown
from kubetui.cluster.tables import ADMIN
from kubetui.remote.command import Command
from kubetui.remote.node import Node
from kubetui.software import lessons
from kubetui.software.lessons import LOOKS, NAMESPACE, Begun, Found, Lesson, Look, Seen, Verdict

_ASK: Final = ADMIN + script(__package__, "ask.sh")
_LOOK: Final = ADMIN + script(__package__, "look.sh")
_LOOKING: Final = resources.files(lessons.__package__ or "").joinpath("files", "look.py")
_MOST: Final = 120
"""Seconds that a look may take: its image may have to be pulled, and its model loaded on a busy node."""
_KEPT: Final = 60
"""Seconds after which Kubernetes itself removes the Job of a look that was killed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a judge said, and what it saw."""

    verdict: Verdict
    seen: Seen


async def ask(node: Node) -> Seen:
    """Return what there is of the lessons, by a control plane. Raises RunError when the API server does not tell."""
    text = await node.read(Command(_ASK, {"NAMESPACE": NAMESPACE}, timeout=120))
    try:
        return lessons.seen(json.loads(text))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise RunError(f"kubectl does not tell about the namespace {NAMESPACE}: {error!r}.") from error


async def judged(node: Node, lesson: Lesson, begun: Begun | None) -> Answer:
    """Return what a lesson's judge says, who may want to look from inside the cluster first."""
    seen = await ask(node)
    said = lesson.judge(seen, begun)
    while isinstance(said, Look):
        if said.claim in seen.found:
            raise RunError(f"The lesson {lesson.name} cannot be judged: it asks twice for the claim {said.claim}.")
        seen = replace(seen, found={**seen.found, said.claim: await look(node, said)})
        said = lesson.judge(seen, begun)
    return Answer(said, seen)


async def look(node: Node, wanted: Look, remove: tuple[str, ...] = ()) -> Found:
    """Look at a volume with a short Job, which leaves nothing; `remove` names files that it takes away first.

    A look that could not be made is a `trouble` of what was found.
    """
    values = {
        "MANIFEST": json.dumps(manifest(wanted, remove)),
        "NAMESPACE": NAMESPACE,
        "LABEL": LOOKS,
        "SECONDS_AT_MOST": str(_MOST),
    }
    try:
        text = await node.read(Command(_LOOK, values, timeout=_MOST + 60))
    except RunError as error:
        return Found(trouble=error.message)
    return found(text)


def found(text: str) -> Found:
    """Read what a look printed; anything else is its trouble."""
    try:
        document = json.loads(text)
        known = {each.name for each in fields(Found)} - {"trouble"}
        return Found(**{name: _value(value) for name, value in document.items() if name in known})
    except (ValueError, AttributeError, TypeError):
        return Found(trouble=shown(text.strip()) or "the Job printed nothing.")


def _value(value: object) -> Any:
    if isinstance(value, dict):
        return {clean(str(name)): float(number) for name, number in value.items()}
    return clean(value) if isinstance(value, str) else value


def manifest(wanted: Look, remove: tuple[str, ...] = ()) -> Mapping[str, Any]:
    """Return the Job that looks at a volume. Kubernetes ends and removes it by itself, even if kubetui is killed."""
    told = {"OMP_NUM_THREADS": "1", "URL": wanted.url} | ({"REMOVE": " ".join(remove)} if remove else {})
    container = {
        "name": "look",
        "image": wanted.image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["python3", "-c", _LOOKING.read_text(encoding="utf-8")],
        "env": [{"name": name, "value": value} for name, value in told.items()],
        "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"cpu": "1", "memory": "384Mi"}},
        "volumeMounts": [{"name": "claim", "mountPath": "/claim", "readOnly": not remove}],
    }
    pod = {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 1,
        "containers": [container],
        "volumes": [{"name": "claim", "persistentVolumeClaim": {"claimName": wanted.claim}}],
    }
    labels = {LOOKS: "now"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"generateName": "kubetui-looks-", "namespace": NAMESPACE, "labels": labels},
        "spec": {
            "backoffLimit": 0,
            "activeDeadlineSeconds": _MOST,
            "ttlSecondsAfterFinished": _KEPT,
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }
