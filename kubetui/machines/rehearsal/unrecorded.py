"""Answers for the one step that recordings lack: no recorded profile names labels or taints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kubetui.engine.step import WorkState
from kubetui.machines.rehearsal.recording.asked import Asked
from kubetui.machines.rehearsal.recording.recording import Answer, Kind
from kubetui.remote.guest import CALLS
from kubetui.steps.cluster.labels import LABEL_NODES
from kubetui.steps.cluster.taught import marking

_SECONDS: Final = 0.2
"""What a call of kubectl takes."""
_VERBS: Final = {"label": "labeled", "taint": "modified"}
"""What kubectl says with --overwrite."""


def made_up(step: str, asked: Asked, kind: Kind) -> Answer | None:
    """Return what a machine would say, in kubectl's words; None for steps that a recording has."""
    if step != LABEL_NODES.name:
        return None
    if kind is Kind.TODO:
        text = "left to do: the labels and taints that the profile names"
        return Answer(WorkState.ABSENT.value, _SECONDS, ((_SECONDS, text),))
    if kind is Kind.DONE:
        return Answer(WorkState.DONE.value, _SECONDS)
    said = tuple((_SECONDS * (number + 1), line) for number, line in enumerate(_said(asked)))
    return Answer(0, _SECONDS * (len(said) + 1), said)


def _said(asked: Asked) -> Iterator[str]:
    """Yield two commands, with a line each, for each node and kind; a new node has its taints from kubeadm."""
    new = asked.values.get("NEW", "").split()
    wanted: dict[tuple[str, str], list[str]] = {}
    for line in asked.values.get("WANTED", "").splitlines():
        node, kind, text = line.split(maxsplit=2)
        wanted.setdefault((node, kind), []).append(text)
    for (node, kind), texts in wanted.items():
        note, change = marking(node, kind, texts)
        yield f"{CALLS}{note}"
        yield f"node/{node} annotated"
        if kind == "label" or node not in new:
            yield f"{CALLS}{change}"
            yield f"node/{node} {_VERBS[kind]}"
