"""Where a cluster goes, what is remembered of an upgrade that was cut off, and what is refused meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kubetui.base.errors import BusyError, KubetuiError, ProfileError, RunError, UsageError
from kubetui.cluster.folder import Cluster, Purpose
from kubetui.engine.events import Event, Operation, RunFinished, RunStarted
from kubetui.engine.provider import MachineState
from kubetui.engine.stop import Stop
from kubetui.operations.maintain import run, upgrade
from kubetui.operations.maintain.diff import mend
from kubetui.operations.maintain.power import shut_down
from kubetui.operations.maintain.upgrade import target, told
from kubetui.operations.up import up
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.steps.build import REACHED
from kubetui.steps.cluster.upgrade.steps import SAVE
from tests.fakes import FakeNode, FakeProvider, step


def profile(version: str = "1.36", **fields: Any) -> Profile:
    return Profile.model_validate({"name": "lab", "provider": "lxc", "kubernetes": {"version": version}, **fields})


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """Return a cluster of three machines with Kubernetes 1.36, none of which exists."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    provider = FakeProvider()
    provider.known = {machine.name: MachineState.RUNNING for machine in Plan(profile()).machines}
    monkeypatch.setattr(run, "make", lambda *_: provider)
    cluster = Cluster("lab")
    cluster.create()
    cluster.profile.write_text(profilefile.dump(profile()))
    return cluster


def connected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every machine answer that all is done."""

    async def connect(*_: object) -> FakeNode:
        return FakeNode()

    monkeypatch.setattr(run, "connector", lambda *_: connect)


async def went(
    lab: Cluster, steps: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch
) -> tuple[RunFinished, list[Event]]:
    events: list[Event] = []
    connected(monkeypatch)
    monkeypatch.setattr(upgrade, "UPGRADE", steps)
    return await upgrade.upgrade(lab, target(lab), events.append, Stop()), events


def kept(lab: Cluster) -> str:
    return profilefile.load_built(lab).kubernetes.version


async def test_a_cluster_that_is_there_has_the_new_profile(lab: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    finished, events = await went(lab, (), monkeypatch)
    assert (finished.ok, finished.operation) == (True, Operation.UPGRADE)
    assert isinstance(events[0], RunStarted)
    assert kept(lab) == "1.37"
    assert not lab.upgrade.exists()


async def failing(lab: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(_task: object) -> Any:
        raise RunError("broken")

    saved = replace(SAVE, needs=(REACHED,))
    finished, _ = await went(lab, (REACHED, saved, step("breaks", saved, run=fails)), monkeypatch)
    assert not finished.ok


async def test_one_that_found_the_cluster_unfit_has_begun_nothing(
    lab: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unfit(_task: object) -> Any:
        raise RunError("not every node is Ready: kubnode1")

    look = step("looks", run=unfit)
    finished, _ = await went(lab, (look, replace(SAVE, needs=(look,))), monkeypatch)
    assert not finished.ok
    assert not lab.upgrade.exists()


async def test_one_that_failed_is_remembered_and_goes_on_to_the_same_version(
    lab: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    await failing(lab, monkeypatch)
    assert kept(lab) == "1.36"
    assert target(lab).kubernetes.version == "1.37"
    assert target(lab, "1.37").kubernetes.version == "1.37"
    with pytest.raises(UsageError, match=r"to Kubernetes 1\.37 is not finished"):
        target(lab, "1.37.2")
    assert (await went(lab, (), monkeypatch))[0].ok
    assert kept(lab) == "1.37"


async def test_meanwhile_nothing_else_begins_but_a_stop(lab: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    await failing(lab, monkeypatch)
    built, mended = up(profile(), lambda _event: None, Stop()), mend(lab, ["swap"], lambda _event: None, Stop())
    for begun in (built, mended):
        with pytest.raises(KubetuiError) as refused:
            await begun
        assert refused.value.id == "UPGRADE-PENDING"
        assert refused.value.fix == "Go on with: kubetui upgrade lab"
    assert (await shut_down(lab, lambda _event: None, Stop())).ok


def test_a_rehearsal_is_not_upgraded(lab: Cluster) -> None:
    lab.profile.write_text(profilefile.dump(profile(provider="rehearsal")))
    with pytest.raises(UsageError, match="lab is a rehearsal"):
        target(lab)


def test_a_version_that_is_none_is_refused(lab: Cluster) -> None:
    with pytest.raises(ProfileError, match="latest"):
        target(lab, "latest")


def test_two_at_once_are_refused(lab: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    with lab.lock("check"), pytest.raises(BusyError, match="is working on lab"):
        asyncio.run(went(lab, (), monkeypatch))
    assert not lab.upgrade.exists()


def test_what_will_happen_is_told_in_its_order() -> None:
    large = Plan(
        profile(machines={"control_planes": 3, "workers": 2}, network={"control_plane_endpoint": "192.168.56.5"})
    )
    assert list(told(large, 2)) == [
        "kubmaster: etcd is saved, then kubeadm upgrade apply",
        "kubmaster2, kubmaster3: kubeadm upgrade node, one after the other",
        "kubmaster, kubmaster2, kubmaster3: drained, a new kubelet, and pods again, one after the other",
        "kubnode1, kubnode2: the same, 2 at a time",
    ]
    assert list(told(Plan(profile(machines={"workers": 0})))) == [
        "kubmaster: etcd is saved, then kubeadm upgrade apply",
        "kubmaster: drained, a new kubelet, and pods again",
    ]


@pytest.mark.parametrize("purpose", ["upgrade", "stop", "check", "restore", "destroy"])
def test_what_does_not_mind_an_unfinished_one_is_done(lab: Cluster, purpose: Purpose) -> None:
    lab.upgrade.write_text(profilefile.dump(profile("1.37")))
    with lab.lock(purpose):
        pass


@pytest.mark.parametrize("purpose", ["build", "mend", "certificates", "save", "backup"])
def test_all_else_waits_for_its_end(lab: Cluster, purpose: Purpose) -> None:
    lab.upgrade.write_text(profilefile.dump(profile("1.37")))
    with pytest.raises(KubetuiError) as refused, lab.lock(purpose):
        pass
    assert refused.value.id == "UPGRADE-PENDING"
