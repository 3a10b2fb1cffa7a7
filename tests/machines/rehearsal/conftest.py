"""Rehearsed clusters, each test with its own state folder; every stage is closed at the end."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Event, Line, NodesTable, RunFinished, TaskFinished
from kubetui.engine.stop import Stop
from kubetui.machines.rehearsal import stage
from kubetui.machines.rehearsal.options import NAME
from kubetui.operations.up import up
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile

FAST = 400.0


@dataclass
class Theatre:
    """Runs rehearsals of one profile and keeps their events."""

    profile: Profile
    events: list[Event] = field(default_factory=list)

    @property
    def plan(self) -> Plan:
        return Plan(self.profile)

    @property
    def cluster(self) -> Cluster:
        return Cluster(self.profile.name)

    @property
    def stage(self) -> stage.Stage:
        return stage._stages[self.cluster.folder / "rehearsal"]

    async def up(self, **options: Any) -> RunFinished:
        self.events.clear()
        chosen = {NAME: {"speed": FAST, **options}}
        machines = self.profile.machines.model_copy(update={"options": chosen})
        return await up(self.profile.model_copy(update={"machines": machines}), self.events.append, Stop())

    async def leave(self) -> None:
        """Close the stage, as the end of the process would."""
        await stage.leave(self.cluster.folder / "rehearsal")

    @property
    def table(self) -> list[str]:
        return next(event.text for event in self.events if isinstance(event, NodesTable)).splitlines()

    @property
    def failures(self) -> list[TaskFinished]:
        return [event for event in self.events if isinstance(event, TaskFinished) and event.error_id]

    def lines(self, machine: str, step: str) -> list[str]:
        return [
            each.text for each in self.events if isinstance(each, Line) and (each.machine, each.step) == (machine, step)
        ]


def profile(name: str = "lab", **groups: Any) -> Profile:
    return Profile.model_validate({"provider": "rehearsal", **groups, "name": name})


@pytest.fixture
async def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Path]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    yield tmp_path
    for folder in list(stage._stages):
        await stage.leave(folder)


@pytest.fixture
def theatre(state: Path) -> Theatre:
    return Theatre(profile())
