"""Saving, bringing back and removing snapshots as runs: written down, resumed after a kill, refused in words."""

from __future__ import annotations

import asyncio
import shutil
import time

import pytest

from kubetui.base.errors import BusyError, KubetuiError, UsageError
from kubetui.cluster import snapshots
from kubetui.cluster.folder import Cluster
from kubetui.cluster.snapshots import Snapshot
from kubetui.engine.events import Event, Operation, Outcome, RunFinished, TaskFinished, TaskStarted
from kubetui.engine.stop import Stop
from kubetui.operations.maintain import snapshots as operation
from kubetui.operations.maintain.run import carry_out
from kubetui.operations.snapshots import unfinished
from kubetui.operations.state import glance
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from tests.containers import PLAN, Host, Killed, checkpoint, host, lab
from tests.fakes import Bench, step

__all__ = ["host", "lab"]
HOSTS = [{"name": "kubmaster", "role": "control plane", "address": "192.0.2.1"}]


def save(lab: Cluster, label: str = "one") -> tuple[RunFinished, list[Event]]:
    events: list[Event] = []
    return asyncio.run(operation.save(lab, label, events.append, Stop())), events


def restore(lab: Cluster, label: str = "one") -> RunFinished:
    return asyncio.run(operation.restore(lab, snapshots.read(lab).find(label), lambda _event: None, Stop()))


def test_a_snapshot_is_saved_and_restored_as_runs(lab: Cluster, host: Host) -> None:
    finished, events = save(lab)
    assert (finished.ok, finished.operation) == (True, Operation.SAVE)
    assert [str(each.task) for each in events if isinstance(each, TaskStarted)] == ["kubmaster/save"]
    (made,) = snapshots.read(lab).whole
    assert made.machines == {"kubmaster": "uuid of kubmaster", "kubnode1": "uuid of kubnode1"}
    assert (made.label, made.provider, made.kubernetes) == ("one", "lxc", PLAN.version)
    assert made.bytes
    host.write("after!")
    lab.kubeconfig.write_text("later")
    finished = restore(lab)
    assert (finished.ok, finished.operation, finished.changed) == (True, Operation.RESTORE, 3)
    assert {host.read(name) for name in host.names} == {"before"}
    assert lab.kubeconfig.read_text() == "admin"
    assert not lab.reverting.exists()
    # what was built before is not there any more, and what follows has to say what is
    seen = glance(lab)
    assert (seen.said, seen.resumable) == ("stopped: before its end", True)
    save(lab, "two")
    assert glance(lab).said == "stopped: before its end"


def test_a_killed_save_leaves_nothing_that_counts_and_the_next_run_clears_it(lab: Cluster, host: Host) -> None:
    save(lab)
    programs = host.changes()
    for number in range(programs):
        host.called.clear()
        host.dies = number
        assert not save(lab, "cut")[0].ok
        host.dies = 10**6
        assert [each.label for each in snapshots.read(lab).whole] == ["one"]
        asyncio.run(carry_out(lab, (step("other"),), Operation.MEND, lambda _event: None, Stop()))
        assert host.labels() == {"one"}
        assert host.states() == {"RUNNING"}
        assert snapshots.read(lab).cut == ()


def test_a_killed_restore_is_gone_on_with_and_nothing_else_is_done(lab: Cluster, host: Host) -> None:
    save(lab)
    host.called.clear()
    restore(lab)
    programs = host.changes()
    # it begins with the first of its programs
    for number in range(1, programs):
        host.write("after!")
        host.run("RUNNING")
        host.called.clear()
        host.dies = number
        assert not restore(lab).ok
        host.dies = 10**6
        with pytest.raises(KubetuiError) as refused:
            save(lab, "two")
        assert refused.value.id == "SNAPSHOT-PENDING"
        assert glance(lab).said.startswith("stopped: ")
        assert restore(lab).ok
        assert {host.read(name) for name in host.names} == {"before"}
        assert snapshots.read(lab).labels == ("one",)


def test_what_is_removed_is_gone_even_if_that_was_cut_off(lab: Cluster, host: Host) -> None:
    save(lab)
    save(lab, "two")
    host.called.clear()
    host.dies = 0
    with pytest.raises(Killed):
        asyncio.run(operation.remove(lab, "one", lambda _line: None))
    host.dies = 10**6
    assert snapshots.read(lab).labels == ("two",)
    asyncio.run(operation.remove(lab, "two", lambda _line: None))
    assert host.labels() == set()
    assert not list(lab.snapshots.iterdir())


def test_another_one_can_be_removed_for_room_while_a_restore_is_not_at_its_end(lab: Cluster, host: Host) -> None:
    save(lab)
    save(lab, "two")
    lab.reverting.write_text("one")
    with pytest.raises(UsageError) as refused:
        asyncio.run(operation.remove(lab, "one", lambda _line: None))
    assert refused.value.id == "SNAPSHOT-PENDING"
    asyncio.run(operation.remove(lab, "two", lambda _line: None))
    assert host.labels() == {"one"}


def test_nothing_is_begun_where_a_part_is_missing(lab: Cluster, host: Host) -> None:
    save(lab)
    shutil.rmtree(host.place / "lab-kubnode1/kubetui-snapshots/one")
    host.called.clear()
    assert not restore(lab).ok
    assert not lab.reverting.exists()
    assert not host.called


def test_a_damaged_one_can_be_removed(lab: Cluster, host: Host) -> None:
    save(lab)
    (lab.snapshots / "one" / "snapshot.json").write_text("{")
    with pytest.raises(UsageError):
        restore(lab)
    asyncio.run(operation.remove(lab, "one", lambda _line: None))
    assert host.labels() == set()


def test_nothing_is_looked_for_where_nothing_was_cut_off(lab: Cluster, host: Host) -> None:
    class Untouched:
        @property
        def snapshots(self) -> None:
            raise AssertionError

    save(lab)
    host.called.clear()
    bench = Bench(PLAN, ())
    asyncio.run(unfinished.clear(lab, bench.provider, lambda _line: None))
    assert not host.called


def test_a_machine_that_is_not_made_yet_is_missed(lab: Cluster, host: Host) -> None:
    (lab.folder / ".vagrant/machines/kubnode1/lxc/id").unlink()
    finished, events = save(lab)
    (ended,) = [each for each in events if isinstance(each, TaskFinished)]
    assert (finished.ok, ended.outcome, ended.error_id) == (False, Outcome.FAILED, "SNAPSHOT-MACHINES")
    assert "there is no kubnode1 yet" in ended.error
    assert not host.called


def test_machines_that_are_about_to_leave_go_first(lab: Cluster) -> None:
    larger = PLAN.profile.model_copy(
        update={"name": "lab", "machines": PLAN.profile.machines.model_copy(update={"workers": 2})}
    )
    lab.leaving.write_text(profilefile.dump(larger))
    with pytest.raises(UsageError, match="kubnode2 is about to leave lab"):
        save(lab)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_profile_that_changed_since_then_does_not_matter(lab: Cluster, host: Host, workers: int) -> None:
    """A machine more was never made, or one that leaves is still there: the snapshot's machines come back."""
    save(lab)
    machines = PLAN.profile.machines.model_copy(update={"workers": workers})
    changed = PLAN.profile.model_copy(update={"name": "lab", "machines": machines})
    lab.leaving.write_text(lab.profile.read_text())
    lab.profile.write_text(profilefile.dump(changed))
    host.write("after!")
    assert restore(lab).ok
    assert {host.read(name) for name in host.names} == {"before"}
    assert len(Plan(profilefile.load_built(lab)).machines) == 2
    assert not lab.leaving.exists()


@pytest.mark.parametrize(
    ("machine", "own", "said", "fix"),
    [
        ("kubnode2", "new", "added since then: kubnode2", "kubetui node remove lab kubnode2"),
        ("kubnode1", "", "gone since then: kubnode1", "does not come back"),
        ("kubnode1", "new", "made anew since then: kubnode1", "does not come back"),
    ],
)
def test_other_machines_are_not_brought_back(
    lab: Cluster, host: Host, machine: str, own: str, said: str, fix: str
) -> None:
    save(lab)
    folder = lab.folder / ".vagrant/machines" / machine / "lxc"
    folder.mkdir(parents=True, exist_ok=True)
    if own:
        (folder / "id").write_text("x")
        (folder / "index_uuid").write_text(own)
    else:
        (folder / "id").unlink()
    host.called.clear()
    with pytest.raises(UsageError, match=said) as refused:
        restore(lab)
    assert refused.value.id == "SNAPSHOT-MACHINES"
    assert fix in refused.value.fix
    assert not host.called
    assert not lab.reverting.exists()


def test_two_at_once_are_refused(lab: Cluster) -> None:
    with lab.lock("save"), pytest.raises(BusyError, match="is working on lab"):
        save(lab)
    with lab.lock("save"):
        assert glance(lab).said == "busy: a snapshot of it is being saved"
    with lab.lock("discard"):
        assert glance(lab).said == "busy: a snapshot of it is being removed"
    with lab.lock("restore"):
        assert glance(lab).said == "busy: it is being brought back from a snapshot"


def test_labels_are_free_names(lab: Cluster) -> None:
    save(lab)
    for label in ("", "UPPER", "a/b", "..", ".warm", "x" * 41, "a\nb"):
        with pytest.raises(UsageError, match="cannot be a snapshot's label"):
            operation.free_label(lab, label)
    with pytest.raises(UsageError, match="lab has a snapshot one"):
        operation.free_label(lab, "one")
    assert operation.free_label(lab, "two") == "two"
    assert operation.free_label(lab, None).startswith(time.strftime("%Y-%m-%d-"))


def test_machines_that_nothing_can_save_are_refused(lab: Cluster) -> None:
    for fields, why in (
        ({"provider": "rehearsal"}, "is a rehearsal"),
        ({"provider": "hosts", "hosts": HOSTS}, "yours"),
    ):
        made = Profile.model_validate({"name": "lab", **fields})
        lab.profile.write_text(profilefile.dump(made))
        with pytest.raises(UsageError, match=why):
            save(lab)
        with pytest.raises(UsageError, match=why):
            operation.halting(lab)


def test_the_newest_checkpoint_before_a_step_is_found(lab: Cluster) -> None:
    with pytest.raises(UsageError, match="no checkpoint from before init") as refused:
        operation.before(lab, "init")
    assert "kubetui up --checkpoints makes them" in refused.value.fix
    snapshots.begin(lab, "own")
    snapshots.complete(lab, Snapshot("own", 9.0, "0.1.0", "1.37", "lxc", {"kubmaster": "a"}))
    for at, name in enumerate(("start", "images", "init", "join")):
        checkpoint(lab, name, at)
    assert operation.before(lab, "init").label == "after-images"
    assert operation.before(lab, "proof").label == "after-join"
    with pytest.raises(UsageError, match="no checkpoint from before start"):
        operation.before(lab, "start")
    with pytest.raises(UsageError) as refused:
        operation.before(lab, "innit")
    assert refused.value.fix == "Did you mean init?"
