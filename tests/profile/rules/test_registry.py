"""The registry in the cluster: which ports it may have, and what has to be beside it."""

from typing import Any

import pytest

from kubetui.profile.plan import Plan
from kubetui.profile.rules.between_fields import check
from kubetui.profile.rules.registry import no_other_source, node_ports, own_port, own_volume
from kubetui.profile.schema.profile import Profile

HOSTS = [
    {"name": "work", "role": "worker", "address": "10.0.0.6"},
    {"name": "one", "role": "control plane", "address": "10.0.0.5"},
]


def made(*addons: object, **fields: Any) -> Plan:
    return Plan(Profile.model_validate({"name": "lab", "addons": addons, **fields}))


def ranged(value: object, *, listed: bool = True) -> dict[str, Any]:
    named = "service-node-port-range"
    arguments = [{"name": named, "value": value}] if listed else {named: value}
    return {"patches": [{"kind": "ClusterConfiguration", "apiServer": {"extraArgs": arguments}}]}


def test_with_storage_it_needs_nothing_else() -> None:
    plan = made("storage", "registry")
    assert check(plan) == ()
    assert plan.registry == "192.168.56.101:30500"
    assert made("storage").registry == ""


def test_the_name_is_the_first_control_planes_address_also_of_existing_machines() -> None:
    plan = made("storage", {"name": "registry", "port": 30501}, provider="hosts", hosts=HOSTS)
    assert plan.registry == "10.0.0.5:30501"
    assert plan.own_registries == {"10.0.0.5:30501": "http://10.0.0.5:30501"}
    assert made("storage", "registry", provider="rehearsal").registry == ""


@pytest.mark.parametrize("port", [80, 5000, 29999, 32768])
def test_a_port_that_no_service_can_have_is_refused(port: int) -> None:
    (found,) = own_port(made("storage", {"name": "registry", "port": port}))
    assert found.path == ("addons", 1, "port")
    assert str(found) == (
        f"{port} is not one of the cluster's NodePorts, 30000 to 32767. "
        "Name one that no service has, for example port: 31383."
    )


@pytest.mark.parametrize("port", [30000, 32767])
def test_the_first_and_the_last_are_allowed(port: int) -> None:
    assert not [*own_port(made("storage", {"name": "registry", "port": port}))]


@pytest.mark.parametrize(
    ("kubernetes", "ports"),
    [
        (ranged("20000-22767"), (20000, 22767)),
        (ranged("20000+100", listed=False), (20000, 20100)),
        (ranged(None), (30000, 32767)),
        (ranged("many"), (30000, 32767)),
        ({"patches": [{"kind": "KubeletConfiguration", "maxPods": 9}]}, (30000, 32767)),
        ({"patches": [{"kind": "ClusterConfiguration", "apiServer": None}]}, (30000, 32767)),
    ],
)
def test_the_range_is_the_one_that_the_api_server_is_told(kubernetes: dict[str, Any], ports: tuple[int, int]) -> None:
    plan = made("storage", "registry", kubernetes=kubernetes)
    assert node_ports(plan.profile) == ports
    assert bool([*own_port(plan)]) is (ports != (30000, 32767))


def test_a_mirror_of_the_registry_itself_is_refused() -> None:
    mirrors = {"registries": {"192.168.56.101:30500": "http://10.0.3.1:5000"}}
    (found,) = own_port(made("storage", "registry", mirrors=mirrors))
    assert found.path == ("mirrors", "registries", "192.168.56.101:30500")
    assert not [*own_port(made("storage", {"name": "registry", "port": 30501}, mirrors=mirrors))]


def test_without_storage_it_says_what_to_add() -> None:
    (found,) = own_volume(made("registry"))
    assert found.path == ("addons", 0)
    assert found.fix == (
        "Add storage beside it, addons: [storage, registry]; for a cluster that runs, first: "
        "kubetui addon add lab storage"
    )
    # their order in the list is nobody's concern
    assert not [*own_volume(made("registry", "storage"))]


def test_what_it_does_not_have_is_refused() -> None:
    (found,) = no_other_source(made({"name": "registry", "url": "https://mirror.test/x.yaml", "sha256": "0" * 64}))
    assert found.message == "The manifest of registry is kubetui's own, without url and sha256."
    assert not [
        *no_other_source(made({"name": "registry", "version": "v3.1.1"}, {"name": "storage", "sha256": "0" * 64}))
    ]
    (found,) = own_port(made({"name": "storage", "port": 30500}))
    assert str(found) == "storage has no port of its own. Delete it."
