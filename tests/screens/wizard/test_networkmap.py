"""The drawing of the network: text from a plan."""

from ipaddress import IPv4Address, IPv4Network

import pytest

from kubetui.host.addresses import Route, route_conflicts
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Machines, Network, Profile
from screens.wizard.networkmap import network_map


def drawn(profile: Profile, *routes: Route, width: int = 80, rows: int = 12) -> list[str]:
    return [str(row) for row in network_map(Plan(profile), route_conflicts(Plan(profile), routes), width, rows)]


def test_the_network_of_the_defaults() -> None:
    assert drawn(Profile()) == [
        "  this host ─┬─ 192.168.56.0/24 " + "─" * 46,
        "             ├─ kubmaster  .101  control plane  pods 10.244.0.0/24",
        "             ├─ kubnode1   .102  worker         pods 10.244.1.0/24",
        "             └─ kubnode2   .103  worker         pods 10.244.2.0/24",
        "",
        "  machines  192.168.56.0 to 192.168.56.255    ● no overlap",
        "  pods      10.244.0.0 to 10.244.255.255      ● no overlap, room for 256 nodes",
        "  services  10.96.0.0 to 10.111.255.255       ● no overlap",
    ]


def test_overlapping_ranges_name_each_other() -> None:
    lines = drawn(Profile(network=Network(pod_cidr=IPv4Network("10.100.0.0/16"))))
    assert lines[-2].endswith("✕ overlaps the services")
    assert lines[-1].endswith("✕ overlaps the pods")
    assert lines[-3].endswith("● no overlap")


def test_a_clash_with_this_hosts_networks_is_shown() -> None:
    lines = drawn(Profile(), Route(IPv4Network("10.244.7.0/24"), "tun0"))
    assert lines[-2].endswith("▲ overlaps this host's networks")


@pytest.mark.parametrize(("rows", "machines"), [(8, 3), (12, 7), (17, 12)])
def test_machines_that_do_not_fit_are_counted(rows: int, machines: int) -> None:
    lines = drawn(Profile(machines=Machines(workers=99)), rows=rows)
    assert len(lines) == rows
    assert sum("pods 10.244." in line for line in lines) == machines - 1
    assert [line for line in lines if "more" in line] == [f"             │  · {101 - machines} more"]
    assert "kubnode99" in lines[machines]


def test_it_is_never_wider_than_the_terminal() -> None:
    profile = Profile(
        machines=Machines(workers=9, control_plane_name="k" * 8, worker_name="w" * 8),
        network=Network(
            first_address=IPv4Address("192.168.100.240"),
            pod_cidr=IPv4Network("100.100.0.0/16"),
            service_cidr=IPv4Network("192.168.128.0/17"),
        ),
    )
    assert max(map(len, drawn(profile))) <= 80


def test_without_utf8_it_is_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "C")
    assert "\n".join(drawn(Profile())).isascii()
