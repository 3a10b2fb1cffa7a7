"""The steps that save all machines and bring them back: what is before what."""

from __future__ import annotations

from typing import Any, cast

from kubetui.cluster import snapshots
from kubetui.cluster.folder import Cluster
from kubetui.profile.plan import Plan
from kubetui.steps.machine.halt import HALTING
from kubetui.steps.machine.snapshot import restoring, saving
from tests.containers import PLAN, checkpoint, host, lab
from tests.fakes import Bench
from tests.plans import plan

__all__ = ["host", "lab"]


async def test_machines_that_have_to_be_off_are_shut_down_before_any_is_saved(lab: Cluster) -> None:
    made = plan(workers=1)
    bench = Bench(made, saving("one", halts=True))
    order: list[str] = []

    class Recorded:
        halts = True

        async def save(self, label: str, *_: Any) -> None:
            order.extend((*bench.provider.halted, label))

    bench.provider.snapshots = cast("Any", Recorded())
    assert (await bench.execute()).ok
    assert order == ["kubnode1", "kubmaster", "one"]
    assert len(bench.run.steps) == len(HALTING) + 1
    assert snapshots.read(bench.run.cluster).find("one").bytes is None


async def test_the_clusters_files_come_back_after_the_last_machine(lab: Cluster) -> None:
    steps = restoring("one", start=True)
    assert [step.name for step in steps] == ["bring-back", "bring-back-files", "start", "connect"]
    bench = Bench(Plan(PLAN.profile), steps)

    class Recorded:
        halts = False

        async def check(self, label: str) -> None:
            assert not lab.reverting.exists()

        async def restore(self, *_: Any) -> None:
            assert lab.reverting.exists()

    bench.provider.snapshots = cast("Any", Recorded())
    checkpoint(lab, "one", 1.0)
    (lab.snapshots / "after-one").rename(lab.snapshots / "one")
    assert (await bench.execute()).ok
    assert bench.started()[:3] == ["kubmaster/bring-back", "kubnode1/bring-back", "kubmaster/bring-back-files"]
    assert not lab.reverting.exists()
