"""The flags of `kubetui up`, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubetui.profile.plan import Leaving


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOptions:
    """What the person asked for beside the profile; None means that the profile decides."""

    yes: bool = False
    agreed: bool = False
    """The person has agreed to build already, and to nothing else."""
    plain: bool = False
    """Only whole lines: no colours, and no line that is written over."""
    as_json: bool = False
    verbose: bool = False
    timings: bool = False
    your_turn: tuple[str, ...] = ()
    """The steps that the person does by hand, as `operations.turns.chosen` reads them."""
    record: str | None = None
    """The file for a recording of the run."""
    leaving: Leaving | None = None
    """How machines leave that the profile no longer has."""
    checkpoints: bool = False
    """Whether the cluster is saved after each step that changed something."""
    prepared_box: bool | None = None
    keep_box: bool = False
    accept_host_keys: bool = False
    rehearse: bool = False
    speed: float | None = None
    fault: str | None = None
    """The fault that a rehearsal simulates."""
