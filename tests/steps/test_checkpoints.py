"""Checkpoints between the steps of a build: after a step on every machine, before the next on any."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from kubetui.base.errors import UsageError
from kubetui.cluster import snapshots
from kubetui.engine.events import Outcome
from kubetui.engine.order import dependencies, tasks_of
from kubetui.engine.step import Task, Where
from kubetui.machines.make import make
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.steps.build import CHECKPOINTED, STEPS
from kubetui.steps.checkpoints import refuse, woven
from tests.fakes import Bench, step
from tests.plans import FULL, plan


def test_every_step_that_changes_something_has_one() -> None:
    names = [each.name for each in CHECKPOINTED]
    assert [name for name in names if not name.startswith("after-")] == [each.name for each in STEPS]
    for name in ("start", "swap", "images", "init", "join", "labels"):
        assert names[names.index(name) + 1] == f"after-{name}"
    for name in ("connect", "facts", "drain", "delete-node", "check", "proof"):
        assert f"after-{name}" not in names


def test_tasks_on_either_side_of_one_wait_for_it() -> None:
    steps = CHECKPOINTED
    needs = dependencies(steps, FULL)
    tasks = tasks_of(steps, FULL)

    def all_before(task: Any) -> set[Any]:
        return {each for need in needs[task] for each in (need, *all_needs[need])}

    all_needs: dict[Any, set[Any]] = {}
    for task in tasks:
        all_needs[task] = all_before(task)
    places = {each.name: place for place, each in enumerate(steps)}
    for checkpoint in (each for each in tasks if each.step.startswith("after-")):
        for task in tasks:
            if places[task.step] > places[checkpoint.step]:
                assert checkpoint in all_needs[task], (checkpoint, task)
            elif places[task.step] == places[checkpoint.step] - 1:
                assert task in all_needs[checkpoint], (checkpoint, task)


async def test_only_a_step_that_changed_something_is_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    async def unchanged(_task: Task) -> Outcome:
        return Outcome.UNCHANGED

    async def on_one(task: Task) -> Outcome:
        await asyncio.sleep(0)
        return Outcome.UNCHANGED if task.machine.first else Outcome.DONE

    first = step("first", run=on_one)
    second = step("second", first, run=unchanged)
    third = step("third", second, where=Where.WORKERS)
    bench = Bench(plan(workers=1), woven((first, second, third)))
    called: list[tuple[str, ...]] = []

    class Recorded:
        halts = False

        async def save(self, label: str, older: str, _log: object) -> int:
            called.append(("save", label, older))
            return 1

        async def remove(self, label: str, _log: object) -> None:
            called.append(("remove", label))

    bench.provider.snapshots = cast("Any", Recorded())
    bench.run.cluster.create()
    for machine in bench.plan.machines:
        folder = bench.run.cluster.folder / ".vagrant/machines" / machine.name / "lxc"
        folder.mkdir(parents=True)
        (folder / "id").write_text(machine.name)
    assert (await bench.execute()).ok
    assert called == [("save", "after-first", ""), ("save", "after-third", "after-first")]
    assert [each.after for each in snapshots.read(bench.run.cluster).whole] == ["third", "first"]
    # another run that changes something makes it anew
    again = Bench(plan(workers=1), woven((first,)))
    again.provider.snapshots = bench.provider.snapshots
    called.clear()
    assert (await again.execute()).ok
    assert called == [("remove", "after-first"), ("save", "after-first", "after-third")]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"provider": "virtualbox"}, "would have to shut the machines down after each step"),
        ({"provider": "libvirt"}, "would have to shut the machines down after each step"),
        ({"provider": "rehearsal"}, "cannot save its machines"),
        (
            {"provider": "hosts", "hosts": [{"name": "a", "role": "control plane", "address": "192.0.2.1"}]},
            "cannot save",
        ),
    ],
)
def test_other_machines_than_containers_have_none(tmp_path: Path, fields: dict[str, Any], why: str) -> None:
    made = Plan(Profile.model_validate(fields))
    with pytest.raises(UsageError, match=why):
        refuse(made, make(made, tmp_path))


def test_containers_have_them(tmp_path: Path) -> None:
    made = Plan(Profile.model_validate({"provider": "lxc"}))
    refuse(made, make(made, tmp_path))
