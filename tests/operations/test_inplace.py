"""What a cluster that was built takes in place of a changed profile: more machines, fewer, labels and taints."""

from __future__ import annotations

from typing import Any

import pytest

from kubetui.base.errors import ProfileError
from kubetui.cluster.folder import Cluster
from kubetui.operations import changes
from kubetui.operations.changes import revision
from kubetui.profile.plan import Plan
from tests.machines.vagrant.standin import Fake, status
from tests.operations.test_changes import HOSTS, built, planned, profile

HA = {"control_plane_endpoint": "lab.test:6443"}


@pytest.mark.parametrize(
    ("before", "after", "harmless"),
    [
        ({"machines": {"workers": 1}}, {"machines": {"workers": 2}}, True),
        # what leaves is asked about, in a test below
        ({"machines": {"workers": 2}}, {"machines": {"workers": 0}}, False),
        # without workers, the control plane has no taint and runs pods
        ({"machines": {"workers": 0}}, {"machines": {"workers": 1}}, False),
        ({}, {"machines": {"prepared_box": True}}, True),
        ({}, {"mirrors": {"ca": "/etc/company.pem"}}, True),
        ({"mirrors": {"ca": "/etc/company.pem"}}, {"mirrors": {"ca": "/etc/other.pem"}}, True),
        ({"mirrors": {"ca": "/etc/company.pem"}}, {}, True),
        ({}, {"mirrors": {"ca": "/etc/company.pem", "apt_proxy": "http://cache.test:3142"}}, False),
        ({}, {"machines": {"worker": {"labels": {"disk": "ssd"}}}}, True),
        ({"machines": {"worker": {"labels": {"a.b/c": "1"}, "taints": ["a:NoExecute"]}}}, {}, True),
        ({}, {"machines": {"control_plane": {"taints": ["a:NoSchedule"], "labels": {"a": ""}}}}, True),
        ({}, {"machines": {"control_plane": {"memory": 4096, "labels": {"a": ""}}}}, False),
        ({}, {"machines": {"by_name": {"kubnode1": {"labels": {"a": ""}}}}}, True),
        ({"machines": {"by_name": {"kubnode1": {"labels": {"a": ""}, "taints": ["a:NoExecute"]}}}}, {}, True),
        ({}, {"machines": {"by_name": {"kubnode1": {}}}}, True),
        ({}, {"machines": {"by_name": {"kubnode1": {"memory": 4096}}}}, False),
        ({"machines": {"by_name": {"kubnode1": {"memory": 4096}}}}, {}, False),
        # a machine that the cluster does not have yet may differ
        ({}, {"machines": {"workers": 3, "by_name": {"kubnode3": {"memory": 4096, "box": "mine/box"}}}}, True),
        (
            {"provider": "hosts", "hosts": HOSTS},
            {"provider": "hosts", "hosts": [{**each, "labels": {"a": ""}} for each in HOSTS]},
            True,
        ),
        ({"provider": "hosts", "hosts": HOSTS[:1]}, {"provider": "hosts", "hosts": HOSTS}, True),
        # the last worker does not leave
        ({"provider": "hosts", "hosts": HOSTS}, {"provider": "hosts", "hosts": HOSTS[:1]}, False),
        ({}, {"machines": {"without": ["kubmaster"]}}, False),
        ({}, {"machines": {"by_name": {"kubnode1": {"address": "192.168.56.150"}}}}, False),
        ({}, {"machines": {"by_name": {"kubnode1": {"address": "192.168.56.102"}}}}, True),
        ({"network": HA}, {"network": HA, "machines": {"control_planes": 3}}, True),
        ({"addons": ["vip"]}, {"addons": ["vip", "storage"], "machines": {"control_planes": 3}}, True),
    ],
)
async def test_an_installed_cluster_accepts_only_some_changes_in_place(
    cluster: Cluster, fake: Fake, before: dict[str, Any], after: dict[str, Any], *, harmless: bool
) -> None:
    await built(cluster, profile(**before), ("modules", "kubmaster"), existing=("kubmaster",))
    fake.says("status", status(kubmaster="running"))
    if harmless:
        assert await revision(cluster, planned(profile(**after))) is None
        assert changes.pending(cluster, profile(**after)) == ()
        assert fake.calls == []
    else:
        with pytest.raises(ProfileError, match="In place, machines can only be added and taken out"):
            await revision(cluster, planned(profile(**after)))


@pytest.mark.parametrize(
    ("before", "after", "leaving"),
    [
        ({}, {"machines": {"workers": 1}}, ("kubnode2",)),
        ({}, {"machines": {"workers": 1, "without": ["kubnode1"]}}, ("kubnode1",)),
        # another joins meanwhile
        ({}, {"machines": {"workers": 2, "without": ["kubnode1"]}}, ("kubnode1",)),
        ({"machines": {"control_planes": 3}, "network": HA}, {"network": HA}, ("kubmaster2", "kubmaster3")),
        ({"machines": {"by_name": {"kubnode2": {"memory": 4096}}}}, {"machines": {"workers": 1}}, ("kubnode2",)),
    ],
)
async def test_machines_leave_an_installed_cluster(
    cluster: Cluster, fake: Fake, before: dict[str, Any], after: dict[str, Any], leaving: tuple[str, ...]
) -> None:
    await built(cluster, profile(**before), ("modules", "kubmaster"), existing=("kubmaster",))
    fake.says("status", status(kubmaster="running"))
    wanted = changes.settled(cluster, profile(**after))
    found = await revision(cluster, planned(wanted))
    assert found is not None
    assert (found.leaving, found.losing, found.destroyed, found.touched) == (leaving, leaving, (), frozenset())
    assert found.reason == f"The profile no longer has {', '.join(leaving)}."
    assert found.question == f"Take {', '.join(leaving)} out of lab?"
    with pytest.raises(ProfileError, match="would leave the cluster"):
        found.refuse_unconfirmed(())
    # whoever stays is where it was
    places = {machine.name: machine.address for machine in Plan(profile(**before)).machines}
    assert all(places.get(each.name, each.address) == each.address for each in Plan(wanted).machines)


async def test_what_else_was_changed_is_told_with_who_leaves(cluster: Cluster, fake: Fake) -> None:
    await built(cluster, profile(), ("modules", "kubmaster"), existing=("kubmaster",))
    fake.says("status", status(kubmaster="running"))
    wanted = profile(machines={"workers": 1, "worker": {"labels": {"disk": "ssd"}}})
    found = await revision(cluster, planned(wanted))
    assert found is not None
    assert found.reason == (
        "The profile no longer has kubnode2. It was changed, too: machines.worker.labels was {} and is not set; "
        "machines.worker.labels.disk was not set and is ssd."
    )


@pytest.mark.parametrize(
    "after",
    [
        {"machines": {"workers": 1, "memory": 4096}},
        {"machines": {"workers": 1}, "kubernetes": {"version": "1.36"}},
        {"machines": {"workers": 0}},
        {"machines": {"workers": 2, "without": ["kubmaster"]}},
    ],
)
async def test_nobody_leaves_where_more_was_changed_or_too_few_would_stay(
    cluster: Cluster, fake: Fake, after: dict[str, Any]
) -> None:
    await built(cluster, profile(), ("modules", "kubmaster"), existing=("kubmaster",))
    fake.says("status", status(kubmaster="running"))
    with pytest.raises(ProfileError, match="built from another profile"):
        await revision(cluster, planned(profile(**after)))


@pytest.mark.parametrize("coming", [True, False])
async def test_the_address_of_the_api_neither_comes_nor_goes_with_an_add_on(
    cluster: Cluster, fake: Fake, *, coming: bool
) -> None:
    before, after = ({}, {"addons": ["vip"]}) if coming else ({"addons": ["vip"]}, {})
    await built(cluster, profile(**before), ("modules", "kubmaster"), existing=("kubmaster",))
    fake.says("status", status(kubmaster="running"))
    with pytest.raises(ProfileError, match="kubeadm writes the API's address into certificates") as refused:
        await revision(cluster, planned(profile(**after)))
    assert "exchanged" not in refused.value.message
