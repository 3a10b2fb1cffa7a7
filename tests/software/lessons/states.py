"""What kubectl said on a real cluster after the lessons, for tests to change before a judge sees it."""

from __future__ import annotations

import base64
import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from kubetui.software.lessons import CATALOGUE, Begun, Found, Look, Seen, Verdict, seen
from kubetui.software.lessons.reading import when

GOLDEN: Final = Path(__file__).parents[2] / "golden"
REVISION: Final = "serve-7978968d7c"
"""The version that ran before the lesson rollout, and runs again; that of version 2 is REPLACED."""
REPLACED: Final = "serve-d494ff788"
FOUND: Final = Found(
    files={
        # in the time of the Jobs that wrote them
        "train.csv": when("2026-11-29T03:12:04Z"),
        "test.csv": when("2026-11-29T03:12:04Z"),
        "model.joblib": when("2026-11-29T03:12:06Z"),
        "predictions.csv": when("2026-11-29T03:13:10Z"),
    },
    score=0.9667,
    tested=360,
    predicted=360,
    right=0.9667,
    asked=20,
    same=20,
    answer='{"digit": 3, "version": 1}',
)
"""What a look finds where everything is right."""
PODS: Final = ("serve-7978968d7c-67tgn", "serve-7978968d7c-6tg5k", "serve-7978968d7c-xqv5d", "serve-7978968d7c-xsgr4")
Document = dict[str, Any]


class State:
    """A cluster's answer that a test changes, and what looks find on claims."""

    def __init__(self, lesson: str) -> None:
        text = (GOLDEN / f"lessons-{'train' if lesson == 'train' else 'rollout'}.json").read_text()
        self.document: Document = json.loads(text)
        self.found: dict[str, Found] = {"data": FOUND}
        self.lesson = CATALOGUE[lesson]
        self.begun: Begun | None = None

    def item(self, kind: str, name: str) -> Any:
        return next(each for each in self.items if (each["kind"], each["metadata"]["name"]) == (kind, name))

    @property
    def items(self) -> list[Any]:
        items = self.document["objects"]["items"]
        assert isinstance(items, list)
        return items

    def without(self, kind: str, name: str = "") -> None:
        self.items[:] = [
            each for each in self.items if each["kind"] != kind or name not in {"", each["metadata"]["name"]}
        ]

    def copied(self, kind: str, name: str, called: str) -> Any:
        """Add a second object like one that there is; return it."""
        made = copy.deepcopy(self.item(kind, name))
        made["metadata"] |= {"name": called, "uid": f"uid of {called}"}
        self.items.append(made)
        return made

    def renamed(self, **names: str) -> None:
        """Call things as another person would, and take kubetui's labels away."""
        text = json.dumps(self.document)
        for old, new in names.items():
            text = text.replace(f'"{old}"', f'"{new}"').replace(f'"{old}-', f'"{new}-')
        self.document = json.loads(text)
        for each in self.items:
            each["metadata"].get("labels", {}).pop("kubetui/lesson", None)
        self.found = {names.get(claim, claim): found for claim, found in self.found.items()}

    def logged(self, job: str, text: str) -> None:
        self.document["logs"][job] = base64.b64encode(text.encode()).decode()

    def finds(self, claim: str = "data", *, without: str = "", **changes: Any) -> None:
        """Let a look find something else, perhaps without one of the files."""
        found = self.found.get(claim, FOUND)
        if without:
            changes["files"] = {name: at for name, at in found.files.items() if name != without}
        self.found[claim] = replace(found, **changes)

    def seen(self) -> Seen:
        return seen(self.document)

    def said(self) -> Verdict:
        """Return what the judge says, who gets every look that it asks for, and each once."""
        there = self.seen()
        while isinstance(said := self.lesson.judge(there, self.begun), Look):
            assert said.claim not in there.found
            there = replace(there, found={**there.found, said.claim: self.found[said.claim]})
        return said


def begun(at: str, *pods: str, spec: str = "", replicas: int = 4) -> Begun:
    """Return what was noted when a lesson began, with pods of the recorded cluster or others."""
    uids = {each.name: each.uid for each in State("break").seen().pods}
    noted = tuple(uids.get(pod, pod) for pod in pods)
    return Begun(when(at), "serve", replicas, REVISION, noted, spec or State("break").seen().deployments[0].spec)
