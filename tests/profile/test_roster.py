"""Growing and shrinking profiles: whoever stays keeps its name and its address."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.operations.inplace import leaving
from kubetui.profile.machine import Role
from kubetui.profile.plan import Plan
from kubetui.profile.roster import free_names, grown, joined, settled, shrunk
from kubetui.profile.rules.between_fields import check
from kubetui.profile.schema.profile import OneMachine, Profile
from tests.plans import plan

HA = {"control_plane_endpoint": "lab.test:6443"}


def profile(control_planes: int = 1, workers: int = 2, **machines: Any) -> Profile:
    machines = {"control_planes": control_planes, "workers": workers, **machines}
    return plan(machines=machines, network=HA).profile


def places(of: Profile) -> dict[str, str]:
    return {machine.name: str(machine.address).rpartition(".")[2] for machine in Plan(of).machines}


def test_a_worker_that_leaves_keeps_its_name_and_address_free() -> None:
    smaller = shrunk(profile(workers=3), ["kubnode1"])
    assert places(smaller) == {"kubmaster": "101", "kubnode2": "103", "kubnode3": "104"}
    assert (smaller.machines.workers, smaller.machines.without, smaller.machines.by_name) == (2, ("kubnode1",), {})


def test_the_last_worker_leaves_no_trace() -> None:
    assert shrunk(profile(workers=3), ["kubnode3"]) == profile(workers=2)
    assert shrunk(shrunk(profile(workers=3), ["kubnode2"]), ["kubnode3"]) == profile(workers=1)


def test_three_control_planes_become_one_and_three_again() -> None:
    whole = profile(control_planes=3)
    alone = shrunk(shrunk(whole, ["kubmaster3"]), ["kubmaster2"])
    assert places(alone) == {"kubmaster": "101", "kubnode1": "104", "kubnode2": "105"}
    assert grown(alone, ["kubmaster2", "kubmaster3"]) == whole


def test_more_control_planes_do_not_move_the_workers() -> None:
    more = grown(profile(), ["kubmaster2"])
    assert places(more) == {"kubmaster": "101", "kubmaster2": "104", "kubnode1": "102", "kubnode2": "103"}
    assert not check(Plan(more))


def test_a_name_that_was_left_out_comes_first() -> None:
    smaller = shrunk(profile(workers=3), ["kubnode2"])
    assert list(islice(free_names(smaller, Role.WORKER), 2)) == ["kubnode2", "kubnode4"]
    assert grown(smaller, ["kubnode2"]) == profile(workers=3)


@pytest.mark.parametrize("name", ["kubnode1", "kubnode4", "kubmaster", "kubmaster3"])
def test_a_name_whose_turn_it_is_not(name: str) -> None:
    with pytest.raises(ValueError, match=rf"{name} cannot be added: the next (worker|control plane) is kub"):
        grown(profile(), [name])


def test_a_new_machine_has_what_is_its_own() -> None:
    more = grown(profile(), ["kubnode3"], {"kubnode3": OneMachine(memory=4096)})
    assert [machine.memory for machine in Plan(more).machines] == [2048, 2048, 2048, 4096]
    assert shrunk(more, ["kubnode3"]) == profile()


def test_an_address_that_the_profile_names_is_not_overruled() -> None:
    wanted = profile(by_name={"kubnode1": {"address": "192.168.56.150"}})
    assert settled(profile(), wanted) == wanted
    assert places(wanted) == {"kubmaster": "101", "kubnode1": "150", "kubnode2": "103"}


def test_another_first_address_moves_every_machine() -> None:
    elsewhere = plan(network={**HA, "first_address": "192.168.57.11"}).profile
    assert settled(profile(), elsewhere) == elsewhere


def test_existing_machines() -> None:
    hosts = [{"name": f"host{number}", "address": f"10.1.1.{number}"} for number in (1, 2, 3)]
    hosts[0]["role"] = "control plane"
    whole = Profile.model_validate({"provider": "hosts", "hosts": hosts})
    smaller = shrunk(whole, ["host2"])
    assert [host.name for host in smaller.hosts] == ["host1", "host3"]
    assert [host.name for host in joined(smaller, whole, ["host2"]).hosts] == ["host1", "host3", "host2"]


@given(st.data(), st.integers(1, 4), st.integers(1, 6))
def test_nobody_who_stays_is_renamed_or_moved(data: st.DataObject, control_planes: int, workers: int) -> None:
    now = profile(control_planes=control_planes, workers=workers)
    for _ in range(data.draw(st.integers(1, 5))):
        before, names = now, [*places(now)]
        if data.draw(st.booleans()) and len(names) > 2:
            leaving = data.draw(st.sampled_from(names))
            now = shrunk(before, [leaving])
            assert places(joined(now, before, [leaving])) == places(before)
            assert places(now) == {name: at for name, at in places(before).items() if name != leaving}
        else:
            role = data.draw(st.sampled_from([*Role]))
            new = next(free_names(before, role))
            now = grown(before, [new])
            assert {name: places(now)[name] for name in names} == places(before)
            assert [*places(now).keys() - places(before).keys()] == [new]
        assert len({*places(now).values()}) == len(places(now))


def test_a_port_goes_and_comes_back_with_its_machine() -> None:
    ports = [{"host": 8080, "to": 80}, {"host": 8081, "machine": "kubnode1", "to": 80}]
    built = Profile.model_validate({"machines": {"ports": ports}})
    smaller = shrunk(built, ["kubnode1"])
    assert [port.host for port in smaller.machines.ports] == [8080]
    assert not check(Plan(smaller))
    assert leaving(built, smaller) == ("kubnode1",)
    again = joined(smaller, built, ["kubnode1"])
    assert [(machine.name, [port.host for port in machine.ports]) for machine in Plan(again).machines] == [
        ("kubmaster", [8080]),
        ("kubnode1", [8081]),
        ("kubnode2", []),
    ]
