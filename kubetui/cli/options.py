"""What the person asked for, as values: the profile, and the flags of `kubetui up`."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubetui.profile.plan import Leaving


@dataclass(frozen=True, slots=True)
class Source:
    """A profile by name or file, and what the command line changes in it."""

    named: str
    called: str = ""
    """The cluster's name, instead of the profile's."""
    provider: str = ""
    settings: tuple[str, ...] = ()
    is_file: bool = False
    """Whether `named` is the file of -f; - is standard input."""

    @property
    def from_input(self) -> bool:
        """Whether the profile is read from standard input."""
        return self.is_file and self.named == "-"

    @property
    def words(self) -> str:
        """Return the words that name the same profile again, for a command to type."""
        place = ("-f", self.named) if self.is_file else (self.named,)
        called = ("--name", self.called) if self.called else ()
        provider = ("--provider", self.provider) if self.provider else ()
        settings = (word for setting in self.settings for word in ("--set", setting))
        return shlex.join((*place, *called, *provider, *settings))


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
    quiet: bool = False
    """Nothing but what fails."""
    timeout: int | None = None
    """Seconds after which the run is stopped, as Ctrl+C stops it."""
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
