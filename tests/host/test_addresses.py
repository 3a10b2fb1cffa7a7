"""Address ranges are checked against the networks that this host reaches."""

import socket
import sys
from ipaddress import IPv4Network
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.host import addresses
from kubetui.host.addresses import Route, host_problems, host_routes, parse_routes, route_conflicts
from kubetui.machines.vagrant import virtualbox
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from tests.profiles import network, profile


def routes(*pairs: tuple[str, str]) -> list[Route]:
    return [Route(IPv4Network(text), interface) for text, interface in pairs]


def test_ranges_may_not_overlap_networks_that_this_host_reaches() -> None:
    known = routes(("10.244.3.0/24", "tun0"), ("172.17.0.0/16", "docker0"), ("10.0.0.0/24", "eth0"))
    (problem,) = route_conflicts(Plan(Profile()), known)
    assert problem.path == ("network", "pod_cidr")
    assert str(problem) == (
        "10.244.0.0/16 contains 10.244.3.0/24, which this host reaches through tun0, a VPN's interface. "
        "Try 10.10.0.0/16."
    )


def test_only_machines_may_use_the_route_of_their_private_network() -> None:
    assert route_conflicts(Plan(Profile()), routes(("192.168.56.0/24", "vboxnet0"))) == ()
    own = profile(network={"options": {"lxc__bridge_name": "vlxcbr1"}})
    assert route_conflicts(Plan(own), routes(("192.168.56.0/24", "vlxcbr1"))) == ()
    (problem,) = route_conflicts(Plan(Profile()), routes(("192.168.56.0/24", "eth0")))
    assert str(problem) == (
        "The machines' network 192.168.56.0/24 is a network that this host reaches through eth0. Try 192.168.57.101."
    )
    (problem,) = route_conflicts(Plan(Profile()), routes(("192.168.56.0/22", "virbr1")))
    assert problem.path == ("network", "first_address")
    (problem,) = route_conflicts(Plan(network(pod_cidr="192.168.56.0/24")), routes(("192.168.56.0/24", "vboxnet0")))
    assert problem.path == ("network", "pod_cidr")


PRIVATE_NETWORK = [
    # provider, options, an interface with the machines' network, whose it is, how to remove it
    ("virtualbox", {}, "vboxnet0", None, ""),
    ("virtualbox", {}, "vboxnet7", None, ""),
    ("lxc", {}, "vlxcbr56", None, ""),
    ("lxc", {"lxc__bridge_name": "mine1"}, "mine1", None, ""),
    ("libvirt", {}, "virbr2", None, ""),
    ("vmware_desktop", {}, "vmnet2", None, ""),
    ("vmware_desktop", {}, "bridge101", None, ""),
    ("lxc", {}, "vboxnet0", "VirtualBox's host-only interface", "VBoxManage hostonlyif remove vboxnet0"),
    ("libvirt", {}, "vboxnet0", "VirtualBox's host-only interface", "VBoxManage hostonlyif remove vboxnet0"),
    ("lxc", {}, "vlxcbr1", "the bridge of another cluster of LXC machines", "sudo ip link delete vlxcbr1"),
    ("lxc", {"lxc__bridge_name": "br0; reboot"}, "vlxcbr56", "the bridge of another cluster of LXC machines", "sudo"),
    ("virtualbox", {}, "vlxcbr1", "the bridge of another cluster of LXC machines", "sudo ip link delete vlxcbr1"),
    ("virtualbox", {}, "virbr1", "a bridge of libvirt's", "virsh net-destroy NETWORK"),
    ("virtualbox", {}, "vmnet8", "VMware's virtual interface", ""),
    ("lxc", {}, "lxcbr0", "the bridge of this host's own containers", ""),
    ("libvirt", {}, "br-0123456789ab", "Docker's bridge", "docker network rm"),
    ("lxc", {}, "wg0", "a VPN's interface", ""),
]


@pytest.mark.parametrize(("provider", "options", "interface", "whose", "removal"), PRIVATE_NETWORK)
def test_an_interface_of_something_else_with_the_machines_network_is_named(
    provider: str, options: dict[str, str], interface: str, whose: str | None, removal: str
) -> None:
    plan = Plan(profile(provider=provider, network={"options": options}))
    problems = route_conflicts(plan, routes(("192.168.56.0/24", interface)))
    if whose is None:
        assert problems == ()
        return
    (problem,) = problems
    assert problem.path == ("network", "first_address")
    assert problem.message.endswith(f"through {interface}, {whose}.")
    assert problem.fix.startswith("Try 192.168.57.101.")
    assert removal in problem.fix
    assert ("remove it" in problem.fix) is bool(removal)


def test_an_interface_that_is_down_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def address(text: str, mask: str | None, family: int = socket.AF_INET) -> SimpleNamespace:
        return SimpleNamespace(family=family, address=text, netmask=mask)

    found = {
        "lo": [address("127.0.0.1", "255.0.0.0")],
        "vboxnet0": [address("192.168.56.1", "255.255.255.0"), address("fe80::1", "ffff::", socket.AF_INET6)],
        "wg0": [address("10.9.0.2", "255.255.255.255"), address("10.9.0.3", None)],
        "odd": [address("10.1.2.3", "255.0.255.0")],
    }
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: found)
    assert host_routes(tmp_path / "none") == tuple(routes(("192.168.56.0/24", "vboxnet0")))
    (problem,) = route_conflicts(Plan(profile(provider="lxc")), host_routes(tmp_path / "none"))
    assert "vboxnet0, VirtualBox's host-only interface" in problem.message


def test_no_range_is_suggested_when_all_are_taken() -> None:
    taken = routes(("10.0.0.0/8", "a"), ("172.16.0.0/12", "b"), ("192.168.0.0/16", "c"))
    assert all(
        problem.fix.startswith("Choose one that overlaps none of")
        for problem in route_conflicts(Plan(Profile()), taken)
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
def test_any_text_can_be_parsed(text: str) -> None:
    parse_routes(HEADER + text)


def test_the_hosts_own_files_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(isinstance(route, Route) for route in host_routes())
    (tmp_path / "networks.conf").write_text("* 10.0.0.0/8\n")
    monkeypatch.setattr(virtualbox, "NETWORKS_CONF", tmp_path / "networks.conf")
    monkeypatch.setattr(addresses, "host_routes", lambda: ())
    (problem,) = host_problems(Plan(Profile()))
    assert "it allows 10.0.0.0/8" in problem.message
    monkeypatch.setattr(virtualbox, "NETWORKS_CONF", tmp_path / "none")
    assert host_problems(Plan(Profile())) == ()
