"""The addresses that an add-on gives away: whose they may not be."""

from typing import Any

import pytest

from kubetui.profile.plan import Plan
from kubetui.profile.rules.addons import given_addresses
from kubetui.profile.schema.profile import Profile

HOSTS = [{"name": "one", "role": "control plane", "address": "10.0.0.5"}]


def problems(**fields: Any) -> list[str]:
    return [str(each) for each in given_addresses(Plan(Profile.model_validate(fields)))]


def pool(addresses: str) -> list[dict[str, str]]:
    return [{"name": "loadbalancer", "addresses": addresses}]


def test_the_usual_addresses_are_free() -> None:
    assert problems(addons=["loadbalancer"]) == []
    plan = Plan(Profile.model_validate({"addons": ["loadbalancer"]}))
    assert plan.addons["loadbalancer"].addresses == "192.168.56.240-192.168.56.250"


@pytest.mark.parametrize(
    ("addresses", "said"),
    [
        ("192.168.56.103-192.168.56.110", "has 192.168.56.103 of the machine kubnode2 in it."),
        ("192.168.56.0-192.168.56.9", "has 192.168.56.0 of the network itself and 192.168.56.1 of this host in it."),
        ("192.168.57.10-192.168.57.20", "192.168.57.10-192.168.57.20 is not in 192.168.56.0/24, where the nodes are."),
        ("192.168.56.250-192.168.56.255", "has 192.168.56.255 of its broadcasts in it."),
    ],
)
def test_what_somebody_has_is_refused(addresses: str, said: str) -> None:
    (found,) = problems(addons=pool(addresses))
    assert said in found
    assert "for example addresses: 192.168.56.240-192.168.56.250." in found


def test_a_machine_that_is_added_later_is_seen() -> None:
    (found,) = problems(addons=["loadbalancer"], network={"first_address": "192.168.56.239"})
    assert "192.168.56.240 of the machine kubnode1 and 192.168.56.241 of the machine kubnode2" in found


def test_the_endpoint_of_several_control_planes_is_nobody_elses() -> None:
    network = {"control_plane_endpoint": "192.168.56.245:6443"}
    (found,) = problems(addons=["loadbalancer"], network=network, machines={"control_planes": 3})
    assert "192.168.56.245 of the API endpoint" in found
    assert problems(addons=["loadbalancer"], network={"control_plane_endpoint": "lab.test"}) == []


def test_on_existing_machines_they_have_to_be_named() -> None:
    (found,) = problems(provider="hosts", hosts=HOSTS, addons=["loadbalancer"])
    assert "nobody knows which of your network are free" in found
    assert problems(provider="hosts", hosts=HOSTS, addons=pool("10.0.0.200-10.0.0.210")) == []
    (taken,) = problems(provider="hosts", hosts=HOSTS, addons=pool("10.0.0.1-10.0.0.210"))
    assert "10.0.0.5 of the machine one" in taken


def test_an_add_on_that_gives_none_takes_none() -> None:
    (found,) = problems(addons=[{"name": "storage", "addresses": "192.168.56.240-192.168.56.250"}])
    assert found == "storage gives no addresses away. Delete them."
