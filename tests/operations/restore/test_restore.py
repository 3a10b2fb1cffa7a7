"""A restore that began is remembered until its end, by every run, whatever was killed meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from kubetui.base.errors import BusyError, KubetuiError, ProfileError, UsageError
from kubetui.base.text import LineSink
from kubetui.cluster import backup, restoring
from kubetui.cluster.backup import Backup
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Outcome, TaskId
from kubetui.engine.order import dependencies
from kubetui.engine.stop import Stop
from kubetui.operations.maintain.run import plan_of
from kubetui.operations.restore import begin, pending
from kubetui.operations.up import up
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.remote.node import Result
from kubetui.steps.build import STEPS
from kubetui.steps.cluster.init import BRING_BACKUP, INIT_STEP, SETTLE
from tests.cluster.test_backup import KEYS, MANIFEST, snapshot
from tests.fakes import OK, Bench, FakeNode

PROFILE = Profile.model_validate({"name": "lab", "provider": "lxc", "machines": {"box": "rig/debian13"}})
HOSTS = [{"name": "kubmaster", "role": "control plane", "address": "192.0.2.1"}]


@pytest.fixture
def saved(cluster: Cluster, tmp_path: Path) -> Backup:
    path = tmp_path / "lab.tar"
    backup.write(path, MANIFEST, profilefile.dump(PROFILE), KEYS, snapshot(tmp_path))
    return backup.read(path)


def built(cluster: Cluster, profile: Profile = PROFILE) -> str:
    """Have a cluster exist, and return its identity."""
    cluster.profile.write_text(profilefile.dump(profile))
    return cluster.identity()


def log(_text: str) -> None:
    pass


def test_kubernetes_is_exactly_the_backups(saved: Backup) -> None:
    profile = begin.profile_of(saved)
    assert profile.kubernetes.version == "1.37.2"
    assert profile.model_copy(update={"kubernetes": PROFILE.kubernetes}) == PROFILE


def test_another_name_and_other_addresses(saved: Backup) -> None:
    profile = begin.profile_of(saved, "other", IPv4Address("192.168.73.11"))
    assert (profile.name, str(Plan(profile).control_plane.address)) == ("other", "192.168.73.11")
    with pytest.raises(ProfileError, match="name"):
        begin.profile_of(saved, "../other")


def test_it_is_remembered_with_its_backup_until_its_end(cluster: Cluster, saved: Backup) -> None:
    profile = begin.profile_of(saved)
    assert not begin.goes_on(saved, profile)
    begin.begin(saved, profile)
    found = pending.pending(cluster, profile)
    assert found is not None
    assert hashlib.sha256(found.backup(cluster).read_bytes()).hexdigest() == saved.digest
    assert {oct(path.stat().st_mode & 0o777) for path in cluster.folder.glob("restore*")} == {"0o600"}
    assert profilefile.load_built(cluster) == profile
    assert plan_of(cluster).restored
    assert begin.goes_on(saved, profile)
    assert not begin.goes_on(saved, begin.profile_of(saved, "", IPv4Address("192.168.73.11")))
    restoring.end(cluster)
    assert restoring.pending(cluster) is None
    assert not list(cluster.folder.glob("restore*"))
    assert not plan_of(cluster).restored


def test_one_that_was_killed_before_its_profile_was_written_goes_on(cluster: Cluster, saved: Backup) -> None:
    built(cluster, PROFILE.model_copy(update={"kubernetes": PROFILE.kubernetes.model_copy(update={"version": "1.36"})}))
    profile = begin.profile_of(saved)
    begin.begin(saved, profile)
    found = restoring.pending(cluster)
    built(cluster)
    begin.begin(saved, profile)
    assert restoring.pending(cluster) == found
    assert profilefile.load_built(cluster) == profile


def test_a_new_cluster_has_the_identity_of_its_restore_from_the_beginning(cluster: Cluster, saved: Backup) -> None:
    begin.begin(saved, begin.profile_of(saved))
    found = restoring.pending(cluster)
    assert found is not None
    assert cluster.identity() == found.identity


def test_what_else_was_begun_with_the_machines_does_not_count_any_more(cluster: Cluster, saved: Backup) -> None:
    built(cluster)
    cluster.upgrade.write_text(profilefile.dump(PROFILE))
    cluster.reverting.write_text("one")
    begin.begin(saved, begin.profile_of(saved))
    assert not cluster.upgrade.exists()
    assert not cluster.reverting.exists()
    # any build goes on, and nothing else begins
    with cluster.lock("build"):
        pass
    with pytest.raises(KubetuiError) as refused, cluster.lock("upgrade"):
        pass
    assert (refused.value.id, refused.value.fix) == ("RESTORE-PENDING", "Go on with: kubetui start lab")


class Machines:
    """Stands in for a provider; it can be killed as it destroys machines."""

    def __init__(self) -> None:
        self.destroyed = 0
        self.killed = False

    async def destroy(self, _log: LineSink, names: Collection[str] | None = None) -> None:
        assert names is None
        self.destroyed += 1
        if self.killed:
            raise KeyboardInterrupt


@pytest.fixture
def machines(monkeypatch: pytest.MonkeyPatch) -> Machines:
    made = Machines()
    monkeypatch.setattr(pending, "make", lambda *_: made)
    return made


async def test_machines_of_before_go_once_and_are_not_known_any_more(
    cluster: Cluster, saved: Backup, machines: Machines
) -> None:
    before = built(cluster)
    known = (cluster.host_keys, cluster.kubeconfig, cluster.leaving, cluster.snapshots / "one" / "snapshot.json")
    for path in known:
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text("old")
    profile = begin.profile_of(saved)
    begin.begin(saved, profile)
    assert cluster.identity() == before
    found = restoring.pending(cluster)
    assert found is not None
    machines.killed = True
    with pytest.raises(KeyboardInterrupt):
        await pending.make_way(cluster, found, Plan(profile), log, None)
    # they still have another identity than the new ones
    assert cluster.identity() == before
    machines.killed = False
    for _ in range(2):
        await pending.make_way(cluster, found, Plan(profile), log, None)
    assert machines.destroyed == 2
    assert cluster.identity() == found.identity != before
    assert not any(path.exists() for path in known)


def test_another_backup_takes_the_place_of_one_that_is_under_way(
    cluster: Cluster, saved: Backup, tmp_path: Path
) -> None:
    built(cluster)
    begin.begin(saved, begin.profile_of(saved))
    first = restoring.pending(cluster)
    path = tmp_path / "second.tar"
    backup.write(path, MANIFEST, profilefile.dump(PROFILE), KEYS, snapshot(tmp_path, b"y" * 512))
    other = backup.read(path)
    begin.begin(other, begin.profile_of(other))
    second = restoring.pending(cluster)
    assert first
    assert second
    assert (second.digest, second.identity != first.identity) == (other.digest, True)
    assert hashlib.sha256(second.backup(cluster).read_bytes()).hexdigest() == other.digest


def test_a_file_that_changes_meanwhile_is_noticed(cluster: Cluster, saved: Backup) -> None:
    with saved.path.open("ab") as file:
        file.write(b"x")
    with pytest.raises(UsageError, match="was changed while it was read"):
        begin.begin(saved, begin.profile_of(saved))
    assert restoring.pending(cluster) is None
    assert not list(cluster.folder.glob("restore*"))


def test_nothing_begins_while_a_run_holds_the_cluster(cluster: Cluster, saved: Backup) -> None:
    with cluster.lock(), pytest.raises(BusyError):
        begin.begin(saved, begin.profile_of(saved))
    assert restoring.pending(cluster) is None


async def test_no_other_profile_is_built_meanwhile(cluster: Cluster, saved: Backup) -> None:
    begin.begin(saved, begin.profile_of(saved))
    # as if it had been killed before the profile was written
    cluster.profile.unlink()
    with pytest.raises(ProfileError, match="is being restored from a backup") as error:
        await up(PROFILE, lambda _event: None, Stop())
    assert error.value.id == "RESTORE-PENDING"
    assert not cluster.profile.exists()


def test_what_is_not_kubetuis_is_said(cluster: Cluster) -> None:
    for text in ("{", "[]", '{"identity": "x"}', '"x"'):
        cluster.restoring.write_text(text)
        with pytest.raises(KubetuiError, match="is not as kubetui wrote it"):
            restoring.pending(cluster)


@pytest.mark.parametrize(
    ("existing", "wanted", "said"),
    [
        ({"provider": "virtualbox"}, {}, "with the same provider"),
        ({"provider": "hosts", "hosts": HOSTS}, {"provider": "hosts", "hosts": HOSTS}, "only its own machines"),
        (None, {"provider": "rehearsal"}, "is a rehearsal"),
    ],
)
def test_what_cannot_be_replaced_stays(
    cluster: Cluster, existing: dict[str, object] | None, wanted: dict[str, object], said: str
) -> None:
    if existing is not None:
        built(cluster, Profile.model_validate({"name": "lab", **existing}))
    with pytest.raises(UsageError, match=said):
        begin.refuse_unfit(Profile.model_validate({"name": "lab", "provider": "lxc", **wanted}))


def test_what_can_be_replaced_is_not_refused(cluster: Cluster) -> None:
    begin.refuse_unfit(PROFILE)
    built(cluster)
    begin.refuse_unfit(PROFILE)


def test_the_steps_of_a_restore_are_in_a_plan_that_restores_alone() -> None:
    plan = Plan(PROFILE)
    for step in (BRING_BACKUP, SETTLE):
        assert not step.runs_on(plan.control_plane, plan)
    restored = Plan(PROFILE, restored=True)
    assert [step.runs_on(restored.control_plane, restored) for step in (BRING_BACKUP, INIT_STEP, SETTLE)] == [True] * 3


def test_the_backup_comes_before_kubeadm_and_machines_join_what_is_settled() -> None:
    machines = {"box": "rig/debian13", "control_planes": 2, "workers": 1}
    network = {"control_plane_endpoint": "192.168.56.5"}
    profile = Profile.model_validate({"name": "lab", "provider": "lxc", "machines": machines, "network": network})
    waits = dependencies(STEPS, Plan(profile, restored=True))
    settled = TaskId(SETTLE.name, "kubmaster")
    assert TaskId(BRING_BACKUP.name, "kubmaster") in waits[TaskId(INIT_STEP.name, "kubmaster")]
    assert TaskId(INIT_STEP.name, "kubmaster") in waits[settled]
    assert settled in waits[TaskId("join", "kubnode1")]
    assert settled in waits[TaskId("join-control-plane", "kubmaster2")]


async def test_a_restore_ends_once_it_is_settled_and_not_before(cluster: Cluster, saved: Backup) -> None:
    begin.begin(saved, begin.profile_of(saved))
    node = FakeNode(applies=[Result(1, ("no API server",)), Result(0, ())])
    plan, alone = Plan(PROFILE, restored=True), replace(SETTLE, needs=())
    assert not (await Bench(plan, (alone,), node).execute()).ok
    assert restoring.pending(cluster) is not None
    assert (await Bench(plan, (alone,), node).execute()).ok
    assert restoring.pending(cluster) is None


async def test_a_backup_that_does_not_arrive_whole_keeps_kubeadm_away(cluster: Cluster, saved: Backup) -> None:
    begin.begin(saved, begin.profile_of(saved))
    node = FakeNode(probes=[Result(1, ()), OK, Result(1, ())])
    plan = Plan(PROFILE, restored=True)
    bench = Bench(plan, (replace(BRING_BACKUP, needs=()), replace(INIT_STEP, needs=(BRING_BACKUP,))), node)
    await bench.execute()
    assert bench.failure().error_id == "BACKUP-BROUGHT"
    assert bench.finished()["kubmaster/init"] is Outcome.BLOCKED
