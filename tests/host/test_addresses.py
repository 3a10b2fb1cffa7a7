"""Rules that this host makes: the ranges that VirtualBox allows, the networks that it reaches already."""

import sys
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.host import addresses
from kubetui.profile.rules.between_fields import (
    Route,
    host_problems,
    host_routes,
    parse_routes,
    route_conflicts,
    virtualbox_problems,
    virtualbox_ranges,
)
from kubetui.profile.schema.profile import Profile
from tests.profiles import network, profile


def test_virtualbox_allows_its_default_range_alone() -> None:
    default = virtualbox_ranges(None)
    assert default == (IPv4Network("192.168.56.0/21"),)
    assert virtualbox_problems(Profile(), default) == ()
    assert virtualbox_problems(network(first_address="192.168.63.10"), default) == ()
    (problem,) = virtualbox_problems(network(first_address="192.168.64.10"), default)
    assert problem.path == ("network", "first_address")
    assert str(problem) == (
        "VirtualBox does not allow 192.168.64.12 on a host-only network: it allows 192.168.56.0/21. "
        "Add the line `* 192.168.64.0/24` to /etc/vbox/networks.conf, or start at 192.168.56.101."
    )
    assert virtualbox_problems(profile(provider="libvirt", network={"first_address": "10.9.8.7"}), default) == ()


def test_networks_conf_is_read_as_virtualbox_reads_it() -> None:
    text = "# * 1.0.0.0/8\n* 10.0.0.0/8 192.168.0.0/16\n  * 2001::/64\n*172.16.0.0/12\n* nonsense\n10.1.0.0/16\n"
    assert virtualbox_ranges(text) == tuple(map(IPv4Network, ("10.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12")))
    assert virtualbox_ranges("# none\n") == ()
    (problem,) = virtualbox_problems(Profile(), ())
    assert "it allows no range at all" in problem.message
    assert problem.fix == "Add the line `* 192.168.56.0/24` to /etc/vbox/networks.conf."
    assert virtualbox_problems(Profile(), virtualbox_ranges("* 0.0.0.0/0 ::/0")) == ()


def test_a_range_that_leaves_out_the_hosts_own_address_is_too_small() -> None:
    (problem,) = virtualbox_problems(Profile(), virtualbox_ranges("* 192.168.56.96/27"))
    assert "192.168.56.1 on" in problem.message


def routes(*pairs: tuple[str, str]) -> list[Route]:
    return [Route(IPv4Network(text), interface) for text, interface in pairs]


def test_ranges_do_not_touch_what_this_host_reaches() -> None:
    known = routes(("10.244.3.0/24", "tun0"), ("172.17.0.0/16", "docker0"), ("10.0.0.0/24", "eth0"))
    (problem,) = route_conflicts(Profile(), known)
    assert problem.path == ("network", "pod_cidr")
    assert str(problem) == (
        "10.244.0.0/16 contains 10.244.3.0/24, which this host reaches through tun0. Try 10.10.0.0/16."
    )


def test_the_private_network_itself_is_no_conflict_for_machines_alone() -> None:
    assert route_conflicts(Profile(), routes(("192.168.56.0/24", "vboxnet0"))) == ()
    own = profile(network={"options": {"lxc__bridge_name": "vlxcbr1"}})
    assert route_conflicts(own, routes(("192.168.56.0/24", "vlxcbr1"))) == ()
    (problem,) = route_conflicts(Profile(), routes(("192.168.56.0/24", "eth0")))
    assert str(problem) == (
        "The machines' network 192.168.56.0/24 is also 192.168.56.0/24, which this host reaches through eth0. "
        "Try 192.168.57.101."
    )
    (problem,) = route_conflicts(Profile(), routes(("192.168.56.0/22", "virbr1")))
    assert problem.path == ("network", "first_address")
    (problem,) = route_conflicts(network(pod_cidr="192.168.56.0/24"), routes(("192.168.56.0/24", "vboxnet0")))
    assert problem.path == ("network", "pod_cidr")


def test_where_everything_is_taken_no_range_is_suggested() -> None:
    taken = routes(("10.0.0.0/8", "a"), ("172.16.0.0/12", "b"), ("192.168.0.0/16", "c"))
    assert all(
        problem.fix.startswith("Choose one that touches none of") for problem in route_conflicts(Profile(), taken)
    )


HEADER = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"


@pytest.mark.skipif(sys.byteorder != "little", reason="the kernel prints addresses in the machine's byte order")
def test_routes_of_linux() -> None:
    text = HEADER + (
        "eth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
        "eth0\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
        "docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
        "*\t0000000A\t00000000\t0201\t0\t0\t0\t000000FF\t0\t0\t0\n"
        "tun0\t00000080\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0\n"
        "torn line\n"
        "eth9\tzz\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
    )
    assert parse_routes(text) == tuple(routes(("192.168.0.0/24", "eth0"), ("172.17.0.0/16", "docker0")))
    assert parse_routes("") == ()


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    parse_routes(HEADER + text)
    virtualbox_ranges(text)


def test_the_host_is_asked_for_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert host_routes(tmp_path / "none") == ()
    assert all(isinstance(route, Route) for route in host_routes())
    (tmp_path / "networks.conf").write_text("* 10.0.0.0/8\n")
    monkeypatch.setattr(addresses, "NETWORKS_CONF", tmp_path / "networks.conf")
    monkeypatch.setattr(addresses, "host_routes", lambda: ())
    (problem,) = host_problems(Profile())
    assert "it allows 10.0.0.0/8" in problem.message
    monkeypatch.setattr(addresses, "NETWORKS_CONF", tmp_path / "none")
    assert host_problems(Profile()) == ()
