"""Which machines a changed profile affects; tests/machines/rehearsal tests how `up` applies the change."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from kubetui.base.errors import HostError, ProfileError
from kubetui.cli import clusters
from kubetui.cli import hosts as hostcommands
from kubetui.cli.main import main
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Outcome, RunStarted, TaskFinished, TaskId, TaskStarted
from kubetui.engine.stop import Stop
from kubetui.machines.hosts.access import Access, Person
from kubetui.machines.vagrant.provider import VagrantProvider
from kubetui.machines.vagrant.settings import machines_document
from kubetui.operations.boxes.store import planned as with_box
from kubetui.operations.changes import definitions, different, revision
from kubetui.operations.up import up
from kubetui.profile import manifests
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.boxes import VagrantBox
from kubetui.profile.schema.profile import Profile
from kubetui.record.journal import Journal
from kubetui.software.upstream.source import download
from kubetui.steps.build import STEPS
from tests.machines.vagrant.standin import Fake, record, status
from tests.software.addons.upstream import LOCAL_PATH
from tests.software.networks.upstream import serving, sha256

PROVIDERS = ("virtualbox", "libvirt", "vmware_desktop", "lxc", "rehearsal")
SIZED = tuple(name for name in PROVIDERS if name != "lxc")
HOSTS: list[dict[str, Any]] = [
    {"name": "kubmaster", "role": "control plane", "address": "10.0.0.1"},
    {"name": "kubnode1", "address": "10.0.0.2"},
]


def profile(**parts: Any) -> Profile:
    return Profile.model_validate({"provider": "virtualbox", **parts})


def planned(wanted: Profile) -> Plan:
    return with_box(Plan(wanted))


def touched(built: Profile, wanted: Profile) -> set[str]:
    return set(different(definitions(Plan(built)), definitions(Plan(wanted))))


@given(st.sampled_from(PROVIDERS), st.integers(1, 3), st.integers(0, 4), st.sampled_from(["1.36", "1.37"]))
def test_cluster_wide_settings_affect_no_machine(
    provider: str, control_planes: int, workers: int, version: str
) -> None:
    machines = {"control_planes": control_planes, "workers": workers}
    network = {"control_plane_endpoint": "10.0.0.99"}
    built = profile(provider=provider, machines=machines, network=network)
    cidr = {**network, "pod_cidr": "10.9.0.0/16"}
    wanted = profile(provider=provider, machines=machines, network=cidr, kubernetes={"version": version})
    assert touched(built, wanted) == set()


@given(st.sampled_from(PROVIDERS), st.integers(0, 4), st.integers(0, 4))
def test_changing_the_number_of_workers_affects_only_surplus_workers(provider: str, before: int, after: int) -> None:
    found = touched(*(profile(provider=provider, machines={"workers": count}) for count in (before, after)))
    assert found == {f"kubnode{number}" for number in range(after + 1, before + 1)}


@given(st.sampled_from(SIZED), st.sampled_from([{"memory": 8192}, {"cpus": 5}]))
def test_the_control_planes_own_size_affects_only_the_control_plane(provider: str, size: dict[str, int]) -> None:
    assert touched(profile(provider=provider), profile(provider=provider, machines={"control_plane": size})) == {
        "kubmaster"
    }
    assert touched(profile(provider=provider), profile(provider=provider, machines=size)) == {
        "kubmaster",
        "kubnode1",
        "kubnode2",
    }


def test_a_containers_memory_setting_affects_no_machine() -> None:
    assert touched(profile(provider="lxc"), profile(provider="lxc", machines={"memory": 8192})) == set()


ALL = {"kubmaster", "kubnode1", "kubnode2"}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"machines": {"box": "other/box"}}, ALL),
        ({"machines": {"box_version": "2"}}, ALL),
        ({"machines": {"options": {"virtualbox": {"gui": True}}}}, ALL),
        ({"network": {"first_address": "192.168.60.11"}}, ALL),
        ({"network": {"options": {"virtualbox__intnet": True}}}, ALL),
        ({"provider": "libvirt"}, ALL),
        ({"provider": "hosts", "hosts": HOSTS}, ALL),
        ({"machines": {"control_plane_name": "first"}}, {"kubmaster"}),
        ({"machines": {"by_name": {"kubnode2": {"memory": 4096}}}}, {"kubnode2"}),
        ({"machines": {"by_name": {"kubnode1": {"box": "mine/box"}}}}, {"kubnode1"}),
        ({"machines": {"worker": {"labels": {"a": "b"}, "taints": ["a:NoExecute"]}}}, set()),
        ({"machines": {"ports": [{"host": 8080, "to": 80}]}}, {"kubmaster"}),
        ({"machines": {"ports": [{"host": 8080, "machine": "kubnode1", "to": 80}]}}, {"kubnode1"}),
        ({"machines": {"folders": [{"host": "/data", "guest": "/srv/data"}]}}, ALL),
        ({"machines": {"worker": {"disks": [{"size": 1024}]}}}, {"kubnode1", "kubnode2"}),
        ({"machines": {"disks": [{"size": 1024}], "by_name": {"kubnode1": {"disks": []}}}}, {"kubmaster", "kubnode2"}),
        ({"machines": {"worker_name": "node"}}, {"kubnode1", "kubnode2"}),
        # another control plane shifts the workers' addresses
        ({"machines": {"control_planes": 2}}, {"kubnode1", "kubnode2"}),
    ],
)
def test_a_change_affects_the_expected_machines(parts: dict[str, Any], expected: set[str]) -> None:
    assert touched(profile(), profile(**parts)) == expected
    assert touched(profile(**parts), profile(**parts)) == set()


def test_another_provider_affects_every_machine_even_with_equal_settings() -> None:
    kinds = [profile(provider=name, machines={"box": "any/box"}) for name in PROVIDERS]
    for built, wanted in permutations(kinds, 2):
        assert touched(built, wanted) == ALL


def test_a_box_that_was_decided_on_is_no_change_of_the_profile() -> None:
    chosen = VagrantBox("kubetui/debian-13")
    document = json.loads(json.dumps(machines_document(replace(Plan(profile()), chosen=chosen))))
    entries = {entry["name"]: entry for entry in document["machines"]}
    built = definitions(Plan(profile()), entries)
    larger = profile(machines={"control_plane": {"memory": 8192}})
    assert different(built, definitions(replace(Plan(larger), chosen=chosen))) == {"kubmaster"}
    assert different(built, definitions(Plan(larger))) == ALL


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"address": "10.0.0.3"}, {"kubnode1"}),
        ({"port": 2222}, {"kubnode1"}),
        ({"jump": "gate"}, {"kubnode1"}),
        ({"name": "other"}, {"kubnode1"}),
        ({"user": "me"}, set()),
        ({"role": "control plane"}, set()),
    ],
)
def test_a_changed_address_or_name_makes_it_another_existing_machine(
    change: dict[str, Any], expected: set[str]
) -> None:
    built, wanted = (profile(provider="hosts", hosts=hosts) for hosts in (HOSTS, [HOSTS[0], {**HOSTS[1], **change}]))
    assert touched(built, wanted) == expected


async def built(cluster: Cluster, profile: Profile, *begun: tuple[str, str], existing: tuple[str, ...] = ()) -> None:
    """Leave the files of a run that began these tasks (step, machine), and existing machines."""
    cluster.profile.write_text(profilefile.dump(profile))
    if profile.provider != "hosts":
        await VagrantProvider(Plan(profile), cluster.folder).prepare()
    for name in existing:
        record(cluster.folder, name, profile.provider)
    journal = Journal(cluster.journal)
    journal(RunStarted(1.0, "lab", (), ()))
    for step, machine in begun:
        journal(TaskStarted(2.0, TaskId(step, machine), "", "", ""))
    # a blocked task is in the journal but never began
    journal(TaskFinished(3.0, TaskId("init", "kubmaster"), Outcome.BLOCKED, 0.0))
    journal.close()


LOOKS = ("start", "connect", "facts", "clock")
BOX = {"machines": {"box": "other/box"}}


@pytest.mark.parametrize("step", [step.name for step in STEPS] + ["of-another-version"])
async def test_a_change_is_accepted_until_an_installing_step_has_begun(cluster: Cluster, fake: Fake, step: str) -> None:
    await built(cluster, profile(), (step, "kubnode1"), existing=("kubmaster", "kubnode1"))
    fake.says("status", status(kubmaster="running", kubnode1="poweroff", kubnode2="not_created"))
    if step in LOOKS:
        found = await revision(cluster, planned(profile(**BOX)))
        assert found is not None
        assert (set(found.touched), found.destroyed) == (ALL, ("kubmaster", "kubnode1"))
        assert "machines.box was not set and is other/box" in found.reason
        return
    with pytest.raises(ProfileError, match=r"machines\.box was not set and is other/box") as caught:
        await revision(cluster, planned(profile(**BOX)))
    assert caught.value.id == "PROFILE-CHANGED"


async def test_steps_on_a_destroyed_machine_do_not_count(cluster: Cluster, fake: Fake) -> None:
    await built(cluster, profile(), ("modules", "kubnode1"), ("facts", "kubmaster"), existing=("kubmaster",))
    fake.says("status", status(kubmaster="running", kubnode1="not_created", kubnode2="not_created"))
    found = await revision(cluster, planned(profile(**BOX)))
    assert found is not None
    assert found.destroyed == ("kubmaster",)


async def test_a_change_that_touches_no_machine_destroys_none(cluster: Cluster, fake: Fake) -> None:
    await built(cluster, profile(), ("facts", "kubmaster"), existing=("kubmaster",))
    fake.says("status", status(kubmaster="running"))
    found = await revision(cluster, planned(profile(kubernetes={"version": "1.36"})))
    assert found is not None
    assert not found.touched
    assert not found.destroyed


async def test_without_a_journal_existing_machines_count_as_installed(cluster: Cluster, fake: Fake) -> None:
    await built(cluster, profile(), existing=("kubmaster",))
    cluster.journal.unlink()
    fake.says("status", status(kubmaster="running"))
    with pytest.raises(ProfileError, match="built from another profile"):
        await revision(cluster, planned(profile(**BOX)))
    (cluster.folder / ".vagrant/machines/kubmaster/virtualbox/id").unlink()
    assert await revision(cluster, planned(profile(**BOX))) is not None


async def test_a_machine_from_a_deleted_prepared_box_is_recreated(cluster: Cluster, fake: Fake) -> None:
    await built(cluster, profile(), ("facts", "kubmaster"), existing=("kubmaster",))
    path = cluster.folder / "machines.json"
    document = json.loads(path.read_text())
    document["machines"][0]["box"] = "kubetui/0123456789abcdef"
    path.write_text(json.dumps(document))
    fake.says("status", status(kubmaster="running"))
    found = await revision(cluster, planned(profile(kubernetes={"version": "1.36"})))
    assert found is not None
    assert found.destroyed == ("kubmaster",)


async def test_an_installed_cluster_keeps_its_runtime(cluster: Cluster, fake: Fake) -> None:
    before, after = (profile(kubernetes={"runtime": name}) for name in ("containerd", "docker"))
    await built(cluster, before, ("modules", "kubmaster"), existing=("kubmaster",))
    fake.says("status", status(kubmaster="running"))
    with pytest.raises(ProfileError) as refused:
        await revision(cluster, planned(after))
    assert refused.value.id == "PROFILE-CHANGED"
    assert "kubernetes.runtime was containerd and is docker. A container runtime cannot be exchanged under" in str(
        refused.value
    )


@pytest.mark.parametrize(
    ("machines", "told"),
    [
        ({"ports": [{"host": 8080, "to": 80}]}, "machines.ports was []"),
        ({"folders": [{"host": "/data", "guest": "/srv/data"}]}, "machines.folders was []"),
        ({"disks": [{"size": 1024}]}, "machines.disks was []"),
        ({"worker": {"disks": [{"size": 1024}]}}, "machines.worker.disks was not set"),
        ({"by_name": {"kubmaster": {"disks": [{"size": 1024}]}}}, "machines.by_name.kubmaster.disks was not set"),
    ],
)
async def test_an_installed_cluster_keeps_its_ports_folders_and_disks(
    cluster: Cluster, fake: Fake, machines: dict[str, Any], told: str
) -> None:
    await built(cluster, profile(), ("modules", "kubmaster"), existing=("kubmaster",))
    fake.says("status", status(kubmaster="running"))
    with pytest.raises(ProfileError, match=r"as kubetui makes them\. In a running cluster, kubetui tunnel") as refused:
        await revision(cluster, planned(profile(machines=machines)))
    assert refused.value.id == "PROFILE-CHANGED"
    assert told in refused.value.message


async def test_a_new_worker_comes_with_the_disks_that_all_have(cluster: Cluster, fake: Fake) -> None:
    before, after = (profile(machines={"workers": count, "disks": [{"size": 1024}]}) for count in (1, 2))
    await built(cluster, before, ("modules", "kubmaster"), existing=("kubmaster",))
    fake.says("status", status(kubmaster="running"))
    assert await revision(cluster, planned(after)) is None


async def test_an_installed_cluster_keeps_its_pod_network(cluster: Cluster, fake: Fake) -> None:
    before, after = (profile(network={"pod_network": name}) for name in ("flannel", "kube-router"))
    await built(cluster, before, ("modules", "kubmaster"), existing=("kubmaster",))
    fake.says("status", status(kubmaster="running"))
    with pytest.raises(ProfileError, match="cannot go from one pod network to another while they run") as refused:
        await revision(cluster, planned(after))
    assert refused.value.id == "PROFILE-CHANGED"


@pytest.mark.parametrize(("was", "now"), permutations(["auto", "distribution", "upstream"], 2))
async def test_an_installed_cluster_keeps_its_runtimes_source(cluster: Cluster, fake: Fake, was: str, now: str) -> None:
    before, after = (profile(kubernetes={"runtime_packages": source}) for source in (was, now))
    await built(cluster, before, ("modules", "kubmaster"), existing=("kubmaster",))
    fake.says("status", status(kubmaster="running"))
    with pytest.raises(ProfileError, match="cannot be exchanged under the pods that it runs") as refused:
        await revision(cluster, planned(after))
    assert f"kubernetes.runtime_packages was {was} and is {now}" in refused.value.message


async def test_a_cluster_without_a_version_was_built_with_the_default_of_its_time(cluster: Cluster, fake: Fake) -> None:
    await built(cluster, profile(), ("modules", "kubmaster"), existing=("kubmaster",))
    cluster.profile.write_text("schema: 1\nname: lab\nprovider: virtualbox\n")
    fake.says("status", status(kubmaster="running"))
    with pytest.raises(ProfileError, match=r"kubernetes.version was 1\.36 and is 1\.37"):
        await revision(cluster, planned(profile()))
    assert await revision(cluster, planned(profile(kubernetes={"version": "1.36"}))) is None


async def test_existing_machines_can_change_until_one_is_claimed_and_are_never_destroyed(cluster: Cluster) -> None:
    moved = [HOSTS[0], {**HOSTS[1], "address": "10.0.0.3"}]
    before, after = (profile(provider="hosts", hosts=hosts) for hosts in (HOSTS, moved))
    await built(cluster, before, ("facts", "kubnode1"))
    found = await revision(cluster, planned(after))
    assert found is not None
    assert found.touched == {"kubnode1"}
    assert not found.destroyed
    await built(cluster, before, ("claim", "kubmaster"))
    with pytest.raises(ProfileError, match="built from another profile"):
        await revision(cluster, planned(after))


async def test_the_command_line_forgets_the_host_keys_of_moved_machines(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def greet(plan: Plan, keys: Path, person: Person, moved: Collection[str]) -> Access:
        forgotten.extend(moved)
        raise HostError("nobody answers")

    forgotten: list[str] = []

    async def ready(plan: Plan, name: str) -> None:
        pass

    moved = [HOSTS[0], {**HOSTS[1], "address": "10.0.0.3"}]
    before, after = (profile(provider="hosts", hosts=hosts) for hosts in (HOSTS, moved))
    await built(cluster, before, ("facts", "kubnode1"))
    path = cluster.folder / "changed.yaml"
    path.write_text(profilefile.dump(after))
    monkeypatch.setattr(hostcommands, "greet", greet)
    monkeypatch.setattr(clusters, "check_host", ready)
    done = await asyncio.to_thread(CliRunner().invoke, main, ["up", str(path), "--yes"])
    assert "nobody answers" in done.output
    assert forgotten == ["kubnode1"]


async def test_switching_providers_destroys_machines_with_the_old_provider(cluster: Cluster, fake: Fake) -> None:
    await built(cluster, profile(), ("facts", "kubmaster"), existing=("kubmaster", "kubnode1"))
    fake.says("status", status(kubmaster="running", kubnode1="running"))
    cluster.host_keys.write_text("kubmaster ssh-ed25519 AAAA\nother ssh-ed25519 BBBB\n")
    found = await revision(cluster, planned(profile(provider="rehearsal")))
    assert found is not None
    assert found.destroyed == ("kubmaster", "kubnode1")
    with pytest.raises(ProfileError, match="kubnode1 would be destroyed") as caught:
        found.refuse_unconfirmed(["kubmaster"])
    assert caught.value.id == "CHANGE-UNCONFIRMED"
    found.refuse_unconfirmed(["kubnode1", "kubmaster"])
    fake.says("destroy", does="rm -r .vagrant\n")
    await found.make_way(cluster, lambda _line: None)
    assert fake.calls[1:] == ["destroy --force kubmaster kubnode1 kubnode2 --parallel --no-tty"]
    assert cluster.host_keys.read_text() == "other ssh-ed25519 BBBB\n"


async def test_the_fate_of_each_affected_machine_is_reported(cluster: Cluster, fake: Fake) -> None:
    await built(cluster, profile(), ("facts", "kubmaster"), existing=("kubmaster", "kubnode2"))
    fake.says("status", status(kubmaster="running", kubnode2="running"))
    found = await revision(cluster, planned(profile(machines={"workers": 1, "box": "other/box"})))
    assert found is not None
    assert found.fates == (
        "kubmaster  is destroyed and made anew",
        "kubnode2   is destroyed; the new profile does not have it",
    )
    assert found.question == "Destroy 2 machines (kubmaster, kubnode2)?"


async def test_a_change_that_is_refused_keeps_no_other_manifest(cluster: Cluster, fake: Fake) -> None:
    download.cache_clear()
    with serving() as web:
        web.files = {"/first.yaml": LOCAL_PATH, "/other.yaml": f"{LOCAL_PATH}# another\n"}
        before, after = (
            profile(addons=[{"name": "storage", "url": f"{web.url}/{name}.yaml", "sha256": sha256(text)}])
            for name, text in (("first", LOCAL_PATH), ("other", f"{LOCAL_PATH}# another\n"))
        )
        await built(cluster, before, ("modules", "kubmaster"), existing=("kubmaster",))
        await manifests.keep(Plan(before), cluster.folder)
        kept = {path.name: path.read_bytes() for path in cluster.folder.glob("addon-storage.*")}
        fake.says("status", status(kubmaster="running"))
        with pytest.raises(ProfileError, match="An add-on is not exchanged in place"):
            await up(after, lambda _event: None, Stop(), box=VagrantBox("rig/box"))
        assert {path.name: path.read_bytes() for path in cluster.folder.glob("addon-storage.*")} == kept
    download.cache_clear()
