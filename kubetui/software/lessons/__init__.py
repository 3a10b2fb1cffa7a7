"""The tutorial's next steps as lessons, one file each, and their order."""

from __future__ import annotations

from typing import Final

from kubetui.software.lessons.batch import BATCH
from kubetui.software.lessons.breaking import BREAK
from kubetui.software.lessons.lesson import IMAGE, Begun, Lesson, Look, Verdict
from kubetui.software.lessons.reading import seen
from kubetui.software.lessons.rollout import ROLLOUT
from kubetui.software.lessons.scale import SCALE
from kubetui.software.lessons.seen import LABEL, LOOKS, NAMESPACE, Found, Seen
from kubetui.software.lessons.serve import SERVE
from kubetui.software.lessons.train import TRAIN

CATALOGUE: Final[dict[str, Lesson]] = {each.name: each for each in (TRAIN, BATCH, SERVE, SCALE, BREAK, ROLLOUT)}
"""In the order in which each stands on the one before."""

__all__ = [
    "CATALOGUE",
    "IMAGE",
    "LABEL",
    "LOOKS",
    "NAMESPACE",
    "Begun",
    "Found",
    "Lesson",
    "Look",
    "Seen",
    "Verdict",
    "seen",
]
