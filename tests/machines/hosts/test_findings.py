"""Validation of existing machines, in the profile and by facts: problems are reported before any change."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from kubetui.base.errors import ForeignError, HostError
from kubetui.engine.order import dependencies
from kubetui.host.addresses import Route, route_conflicts
from kubetui.machines.hosts.facts import Facts
from kubetui.machines.hosts.facts import parse as parse_facts
from kubetui.machines.hosts.findings import judge, quorum_check, refusal
from kubetui.operations import plan as planview
from kubetui.operations.inplace import differences
from kubetui.profile.files.file import dump, parse
from kubetui.profile.machine import Role
from kubetui.profile.plan import Plan
from kubetui.profile.rules.between_fields import check
from kubetui.profile.schema.profile import Profile
from kubetui.software.networks import flannel
from kubetui.steps import kubeadm
from kubetui.steps.build import STEPS
from kubetui.steps.node.proxy import exceptions

MASTER = {"name": "m1", "role": "control plane", "address": "10.0.0.1"}
WORKER = {"name": "w1", "address": "10.0.0.11"}


def profile(*hosts: dict[str, Any], **groups: Any) -> Profile:
    return Profile.model_validate({"provider": "hosts", "hosts": list(hosts or (MASTER, WORKER)), **groups})


def said(wrong: Profile) -> list[str]:
    return [f"{'.'.join(map(str, problem.path))}: {problem.message}" for problem in check(Plan(wrong))]


def test_a_plan_takes_its_machines_from_the_list_control_planes_first() -> None:
    plan = Plan(profile(WORKER, {**MASTER, "address": "web.example.org", "node_address": "172.20.3.4"}))
    assert [(each.name, each.role, each.address, each.first) for each in plan.machines] == [
        ("m1", Role.CONTROL_PLANE, IPv4Address("172.20.3.4"), True),
        ("w1", Role.WORKER, IPv4Address("10.0.0.11"), False),
    ]
    assert plan.api_endpoint == "172.20.3.4:6443"
    assert plan.node_networks == (IPv4Network("172.20.3.4/32"), IPv4Network("10.0.0.11/32"))
    assert flannel.interface_pattern(plan.cluster_network) == r"^(172\.20\.3\.4|10\.0\.0\.11)$"
    assert {"172.20.3.4/32", "10.0.0.11/32"} <= set(exceptions(plan))


def test_a_valid_list_survives_the_file() -> None:
    chosen = profile({**MASTER, "ssh": "web", "user": "ann", "key": "~/.ssh/lab", "jump": "ann@gate:2222"}, WORKER)
    assert said(chosen) == []
    assert parse(dump(chosen), "lab.yaml") == chosen
    assert "existing machines" in planview.plan_text(Plan(chosen))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Profile(provider="hosts"), "hosts: No hosts are listed."),
        (profile(WORKER), "hosts: None of the hosts is a control plane."),
        (profile(MASTER, MASTER | {"role": "worker", "address": "10.0.0.2"}), "hosts: 2 hosts are called m1."),
        (profile(MASTER, WORKER | {"address": "10.0.0.1"}), "hosts: 2 hosts have the address 10.0.0.1."),
        (profile(MASTER, {"name": "w1"}), "hosts.1: It does not say how SSH reaches w1."),
        (
            profile(MASTER, {"name": "w1", "ssh": "w1"}),
            "hosts.1: It does not say at which address other nodes reach w1.",
        ),
        (
            profile(MASTER, WORKER, network={"pod_cidr": "10.0.0.0/16"}),
            "network.pod_cidr: 10.0.0.0/16 contains m1's address 10.0.0.1.",
        ),
        (
            profile(MASTER, {**WORKER, "role": "control plane"}),
            (
                "network.control_plane_endpoint: "
                "2 control planes need one address that reaches them all, and there is none."
            ),
        ),
        (
            profile(network={"control_plane_endpoint": "lb:70000"}),
            "network.control_plane_endpoint: lb:70000 names a port that does not exist.",
        ),
        (
            Profile.model_validate({"hosts": [MASTER]}),
            "hosts: Hosts are listed, but virtualbox makes its own machines.",
        ),
    ],
)
def test_an_invalid_list_of_machines_is_reported(wrong: Profile, message: str) -> None:
    assert message in said(wrong)


def test_existing_machines_may_share_a_network_with_this_host() -> None:
    routes = [Route(IPv4Network("10.0.0.0/24"), "eth0"), Route(IPv4Network("10.244.3.0/24"), "tun0")]
    assert [problem.path for problem in route_conflicts(Plan(profile()), routes)] == [("network", "pod_cidr")]


THERE = Facts(
    name="m1",
    system="Debian GNU/Linux 12 (bookworm)",
    family=("debian",),
    init="systemd",
    machine_id="a1",
    product="",
    ahead=0.1,
    cpus=2,
    memory=2048,
    addresses=frozenset({"127.0.0.1", "10.0.0.1"}),
    ports={22: "sshd"},
    kubernetes=(),
    mark=("", ""),
)
OTHER = replace(THERE, name="w1", machine_id="b2", addresses=frozenset({"10.0.0.11"}), cpus=1, memory=512)
PLAN = Plan(profile(), "our-id")


def test_suitable_machines_have_no_obstacles() -> None:
    assert judge(PLAN, {"m1": THERE, "w1": OTHER}) == ()
    ours = replace(THERE, mark=("our-id", "lab"), ports={6443: "kube-apiserver"}, kubernetes=("/etc/kubernetes/x",))
    assert judge(PLAN, {"m1": replace(ours, name="m1.example.org"), "w1": OTHER}) == ()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"family": ("fedora",), "system": "Fedora 42"},
            "Fedora 42 does not use apt, the package manager of Debian and Ubuntu.",
        ),
        ({"init": "openrc"}, "Its first process is openrc"),
        ({"name": "debian"}, "Its host name is debian"),
        ({"addresses": frozenset({"10.9.9.9"})}, "It does not have the address 10.0.0.1; it has 10.9.9.9."),
        ({"ahead": 46800.0}, "Its clock is 13 hours ahead."),
        ({"ahead": float("nan")}, "It does not print its time."),
        ({"memory": 1024}, "It has 1024 MiB, and a control plane needs 1700."),
        ({"cpus": 1}, "It has 1 CPU, and a control plane needs 2."),
        ({"ports": {2379: "etcd"}}, "Port 2379 is in use by etcd."),
        ({"ports": {10250: ""}}, "Port 10250 is in use."),
        ({"kubernetes": ("/etc/kubernetes/admin.conf",)}, "/etc/kubernetes/admin.conf exists."),
        ({"mark": ("another-id", "prod")}, "It belongs to the cluster prod"),
    ],
)
def test_an_unsuitable_machine_is_reported_with_the_reason(change: dict[str, Any], message: str) -> None:
    (found,) = judge(PLAN, {"m1": replace(THERE, **change), "w1": OTHER})
    assert found.machine == "m1"
    assert message in found.message


@pytest.mark.parametrize("what", ["machine_id", "product"])
def test_cloned_machines_are_detected(what: str) -> None:
    same = {"m1": replace(THERE, **{what: "x"}), "w1": replace(OTHER, **{what: "x"})}  # type: ignore[arg-type]  # the field is a parameter
    (found,) = judge(PLAN, same)
    assert found.machine == "m1, w1"


def test_all_obstacles_form_one_error_and_foreign_machines_have_their_own_exit_code() -> None:
    dirty = {"m1": replace(THERE, memory=1, cpus=1), "w1": replace(OTHER, kubernetes=("/etc/kubernetes/kubelet.conf",))}
    error = refusal(judge(PLAN, dirty))
    assert isinstance(error, ForeignError)
    assert error.message.count("\n  m1: ") == 2
    assert "\n  w1: " in error.message
    assert type(refusal(judge(PLAN, {"m1": replace(THERE, cpus=1)}))) is HostError


def test_facts_are_parsed_from_the_scripts_output() -> None:
    text = (
        "time=1000.5\nsystem=Debian\nfamily=debian \nname=m1\nports=22:sshd 6443:\n"
        "mark=abc lab\naddresses=127.0.0.1 10.0.0.1\n"
    )
    facts = parse_facts(text, 1000.0, 1001.0)
    assert facts.ahead == 0
    assert facts.ports == {22: "sshd", 6443: ""}
    assert facts.mark == ("abc", "lab")
    assert parse_facts(text, 990.0, 991.0).ahead == 9.5
    assert parse_facts(text, 1100.0, 1101.0).ahead == -99.5


THREE = [{"name": f"m{number}", "role": "control plane", "address": f"10.0.0.{number}"} for number in (1, 2, 3)]


def test_further_control_planes_join_through_the_endpoint_with_a_certificate_key() -> None:
    plan = Plan(profile(*THREE, WORKER, network={"control_plane_endpoint": "lb.example.org"}))
    assert kubeadm.cluster_configuration(plan)["controlPlaneEndpoint"] == "lb.example.org:6443"
    (join,) = kubeadm.join_documents(plan, plan.other_control_planes[0])
    assert join["controlPlane"] == {
        "localAPIEndpoint": {"advertiseAddress": "10.0.0.2", "bindPort": 6443},
        "certificateKey": kubeadm.CERTIFICATE_KEY_MARK,
    }
    assert join["discovery"]["bootstrapToken"]["apiServerEndpoint"] == "lb.example.org:6443"
    (worker,) = kubeadm.join_documents(plan, plan.workers[0])
    assert "controlPlane" not in worker
    assert kubeadm.upload_documents(plan)[0]["certificateKey"] == kubeadm.CERTIFICATE_KEY_MARK


def test_control_planes_join_one_at_a_time_and_workers_wait_only_for_init() -> None:
    plan = Plan(profile(*THREE, WORKER, network={"control_plane_endpoint": "10.0.0.99"}))
    needs = {str(task): set(map(str, waits)) for task, waits in dependencies(STEPS, plan).items()}
    assert needs["m2/join-control-plane"] == {"m2/images", "m1/init"}
    assert needs["m3/join-control-plane"] == {"m3/images", "m1/init", "m2/join-control-plane"}
    assert needs["w1/join"] == {"w1/images", "m1/init"}
    assert {"m2/join-control-plane", "m3/join-control-plane", "w1/join"} <= needs["m1/check"]


def test_an_even_number_of_control_planes_is_a_warning() -> None:
    network = {"control_plane_endpoint": "10.0.0.99"}
    assert quorum_check(Plan(profile(*THREE, network=network))).status == "ok"
    assert quorum_check(Plan(profile(*THREE[:2], network=network))).status == "warning"


def test_vagrant_profiles_may_have_several_control_planes_behind_an_endpoint() -> None:
    groups = {"machines": {"control_planes": 3}, "network": {"control_plane_endpoint": "192.168.56.254"}}
    chosen = Profile.model_validate(groups)
    assert check(Plan(chosen)) == ()
    assert [each.name for each in Plan(chosen).other_control_planes] == ["kubmaster2", "kubmaster3"]


def test_two_different_lists_of_machines_count_as_one_difference() -> None:
    ((path, was, now),) = differences(profile(MASTER), profile(MASTER, WORKER))
    assert (path, len(was), len(now)) == ("hosts", 1, 2)
