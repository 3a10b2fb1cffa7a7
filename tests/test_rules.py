"""Every rule between fields, in the words that a person sees."""

import sys
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui import hostrules
from kubetui.plan import Plan
from kubetui.profile import Profile
from kubetui.rules import (
    Route,
    check,
    host_problems,
    host_routes,
    parse_routes,
    route_conflicts,
    virtualbox_problems,
    virtualbox_ranges,
)


def profile(**parts: Any) -> Profile:
    return Profile.model_validate(parts)


def network(**fields: Any) -> Profile:
    return profile(network=fields)


def machines(**fields: Any) -> Profile:
    return profile(machines=fields)


SHA = "0" * 64
RULES: list[tuple[Profile, str, str]] = [
    (
        machines(control_planes=3),
        "network.control_plane_endpoint",
        (
            "3 control planes need one address that reaches them all, and none is named. "
            "Name a load balancer's address in network.control_plane_endpoint, or have one control plane."
        ),
    ),
    (
        machines(memory=1699),
        "machines.memory",
        "1699 MiB is too little for a control plane: kubeadm refuses to start. Give it 1700 MiB or more.",
    ),
    (
        machines(control_plane={"memory": 1024}),
        "machines.control_plane.memory",
        "1024 MiB is too little for a control plane: kubeadm refuses to start. Give it 1700 MiB or more.",
    ),
    (
        machines(cpus=1),
        "machines.cpus",
        "1 CPU is too little for a control plane: kubeadm refuses to start. Give it 2 CPUs or more.",
    ),
    (
        machines(control_plane={"cpus": 1}),
        "machines.control_plane.cpus",
        "1 CPU is too little for a control plane: kubeadm refuses to start. Give it 2 CPUs or more.",
    ),
    (
        machines(control_plane_name="node2", worker_name="node"),
        "machines.worker_name",
        (
            "Two machines would be called node2: a control plane and a worker. "
            "Choose names that differ in more than a number."
        ),
    ),
    (
        machines(options={"qemu": {}}),
        "machines.options.qemu",
        (
            "qemu is not a provider. Options belong under one of: "
            "virtualbox, libvirt, vmware_desktop, hyperv, lxc, rehearsal."
        ),
    ),
    (
        network(first_address="192.168.56.254"),
        "network.first_address",
        (
            "3 machines from 192.168.56.254 on do not fit in 192.168.56.0/24. "
            "Start at 192.168.56.2, or have fewer machines."
        ),
    ),
    (
        network(first_address="192.168.56.253"),
        "network.first_address",
        "kubnode2 would get 192.168.56.255, which belongs to broadcasts. Let the machines' addresses begin elsewhere.",
    ),
    (
        network(first_address="192.168.56.1"),
        "network.first_address",
        "kubmaster would get 192.168.56.1, which belongs to this host. Let the machines' addresses begin elsewhere.",
    ),
    (
        profile(provider="lxc", network={"first_address": "192.168.56.252"}),
        "network.first_address",
        (
            "kubnode2 would get 192.168.56.254, which belongs to the bridge, where vagrant-lxc puts it. "
            "Let the machines' addresses begin elsewhere."
        ),
    ),
    (
        network(pod_cidr="10.244.1.0/25"),
        "network.pod_cidr",
        (
            "10.244.1.0/25 has a prefix of /25, and a pod CIDR needs one from /8 to /24. "
            "Each machine takes a /24 of it: /16 has room for 256."
        ),
    ),
    (
        network(pod_cidr="10.244.0.0/23"),
        "network.pod_cidr",
        (
            "10.244.0.0/23 has room for 2 machines, and there are 3. "
            "Each takes a /24 of it: choose a /22 or larger, or fewer machines."
        ),
    ),
    (
        network(service_cidr="172.20.0.0/25"),
        "network.service_cidr",
        (
            "172.20.0.0/25 has a prefix of /25, and a service CIDR needs one from /12 to /24. "
            "The API server refuses larger ones. /16 is plenty."
        ),
    ),
    (
        network(pod_cidr="127.10.0.0/16"),
        "network.pod_cidr",
        "127.10.0.0/16 lies inside 127.0.0.0/8, which is reserved. Try 10.244.0.0/16.",
    ),
    (
        network(service_cidr="169.254.0.0/16"),
        "network.service_cidr",
        "169.254.0.0/16 is reserved. Try 10.96.0.0/12.",
    ),
    (
        network(pod_cidr="10.96.0.0/16"),
        "network.pod_cidr",
        "10.96.0.0/16 lies inside the service CIDR 10.96.0.0/12. Try 10.244.0.0/16.",
    ),
    (
        network(service_cidr="10.244.0.0/16"),
        "network.service_cidr",
        "10.244.0.0/16 is also the pod CIDR 10.244.0.0/16. Try 10.96.0.0/12.",
    ),
    (
        network(pod_cidr="192.168.0.0/16"),
        "network.pod_cidr",
        "192.168.0.0/16 contains the machines' network 192.168.56.0/24. Try 10.244.0.0/16.",
    ),
    (
        network(first_address="10.96.5.10"),
        "network.first_address",
        "The machines' network 10.96.5.0/24 lies inside the service CIDR 10.96.0.0/12. Try 192.168.56.101.",
    ),
    (
        network(pod_network="manifest"),
        "network.manifest.path",
        (
            "The pod network is a manifest, and network.manifest has neither path nor url. "
            "Give it one of the two; url needs sha256 as well."
        ),
    ),
    (
        network(pod_network="manifest", manifest={"path": "a", "url": "https://x/y", "sha256": SHA}),
        "network.manifest.path",
        (
            "The pod network is a manifest, and network.manifest has both path and url. "
            "Give it one of the two; url needs sha256 as well."
        ),
    ),
    (
        network(pod_network="manifest", manifest={"url": "https://x/y"}),
        "network.manifest.sha256",
        (
            "A manifest from the web needs sha256: what is applied to a cluster should be what you looked at. "
            "Add the checksum that sha256sum prints for the file."
        ),
    ),
    (
        profile(kubernetes={"patches": [{"kind": "Pod"}]}),
        "kubernetes.patches.0",
        (
            "Pod is not a kind that can be patched. Write kind: and one of ClusterConfiguration, InitConfiguration, "
            "JoinConfiguration, KubeletConfiguration, KubeProxyConfiguration."
        ),
    ),
    (
        profile(kubernetes={"patches": [{}]}),
        "kubernetes.patches.0",
        (
            "A patch has no kind. Write kind: and one of ClusterConfiguration, InitConfiguration, "
            "JoinConfiguration, KubeletConfiguration, KubeProxyConfiguration."
        ),
    ),
    (
        profile(kubernetes={"version": "1.23.4"}),
        "kubernetes.version",
        (
            "Kubernetes' package repository begins with 1.24, and 1.23.4 is older. "
            "Choose a newer version, or name a repository that has it in mirrors.packages."
        ),
    ),
]


@pytest.mark.parametrize(("wrong", "path", "message"), RULES)
def test_every_rule(wrong: Profile, path: str, message: str) -> None:
    assert [(".".join(map(str, problem.path)), str(problem)) for problem in check(wrong)] == [(path, message)]


@pytest.mark.parametrize(
    "right",
    [
        Profile(),
        machines(workers=0),
        machines(memory=600, control_plane={"memory": 1700}),
        network(first_address="192.168.56.252"),
        network(first_address="192.168.56.2"),
        network(pod_cidr="10.0.0.0/8", service_cidr="172.16.0.0/12"),
        network(pod_cidr="10.244.0.0/22"),
        profile(machines={"workers": 0}, network={"pod_cidr": "10.244.0.0/24"}),
        network(pod_network="manifest", manifest={"path": "calico.yaml"}),
        network(pod_network="manifest", manifest={"url": "https://x/y", "sha256": SHA}),
        profile(
            kubernetes={"version": "1.20"},
            mirrors={"packages": {"url": "http://10.0.3.1:8080/", "key": "http://10.0.3.1:8080/Release.key"}},
        ),
    ],
)
def test_what_is_right(right: Profile) -> None:
    assert check(right) == ()


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "127.0.0.5", "169.254.1.5", "224.0.0.5", "0.0.0.5", "255.255.255.255", "100.64.0.5"]
)
def test_machines_have_private_addresses(address: str) -> None:
    (problem, *_) = check(network(first_address=address))
    assert problem.path == ("network", "first_address")
    assert str(problem) == (
        f"{address} is not an address for a private network. "
        "Choose one in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16, such as 192.168.56.101."
    )


NETWORKS = st.builds(
    lambda number, prefix: str(IPv4Network((number, prefix), strict=False)),
    st.integers(0, 2**32 - 1),
    st.integers(0, 32),
)


@given(
    pods=NETWORKS,
    services=NETWORKS,
    address=st.integers(0, 2**32 - 1).map(lambda number: str(IPv4Address(number))),
    workers=st.integers(0, 99),
    control_planes=st.integers(1, 7),
)
def test_what_passes_has_room_and_no_overlap(
    pods: str, services: str, address: str, workers: int, control_planes: int
) -> None:
    tried = profile(
        machines={"workers": workers, "control_planes": control_planes},
        network={"pod_cidr": pods, "service_cidr": services, "first_address": address},
    )
    if check(tried):
        return
    plan = Plan(tried)
    parts = (tried.network.pod_cidr, tried.network.service_cidr, plan.node_network)
    assert not any(one.overlaps(other) for one in parts for other in parts if one is not other)
    assert len(plan.pod_subnets) == len(plan.machines)


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
    monkeypatch.setattr(hostrules, "NETWORKS_CONF", tmp_path / "networks.conf")
    monkeypatch.setattr(hostrules, "host_routes", lambda: ())
    (problem,) = host_problems(Profile())
    assert "it allows 10.0.0.0/8" in problem.message
    monkeypatch.setattr(hostrules, "NETWORKS_CONF", tmp_path / "none")
    assert host_problems(Profile()) == ()
