"""A proof in a rehearsal: what was recorded of three machines is told of as many as the plan has."""

from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import Any

import pytest

from kubetui.engine.events import Checked, TaskFinished
from kubetui.machines.rehearsal import proof
from kubetui.machines.rehearsal.recording.asked import Asked
from kubetui.machines.rehearsal.recording.recording import Answer
from kubetui.profile.plan import Plan
from kubetui.software.networks.flannel import FLANNEL
from kubetui.steps.cluster.proof import dns, traffic
from kubetui.steps.cluster.proof.findings import NAMES
from kubetui.steps.cluster.proof.prove import _running
from kubetui.steps.cluster.proof.state import pods_of
from tests.machines.rehearsal.conftest import Theatre, profile
from tests.plans import plan
from tests.steps.cluster.proof.standin import reply
from tests.steps.cluster.proof.test_judges import KUBERNETES

ROWS = (
    "pod «self» Running kubetui-proof-1-a «podnet0».5",
    "pod «worker1» Running kubetui-proof-1-b «podnet1».2",
    "pod «worker2» Running kubetui-proof-1-c «podnet2».2",
)
HEARD = (
    "pod «worker1» 0 «worker1» ",
    "route «worker1» 0 «podnet1».2 via «podnet1».0 dev flannel.1 src «podnet0».0 uid 0",
    "pod «worker2» 0 «worker2» ",
    "service - 0 «worker1» «worker2» ",
    f"dns «service-10» 0 {reply(KUBERNETES)}",
    "kernel net.ipv4.ip_forward 0 1 ",
)
PLANS = {
    "three": plan(),
    "one": plan(workers=0),
    "many": plan(workers=30),
    "several": plan(machines={"control_planes": 3}, network={"control_plane_endpoint": "lab.test:6443"}),
    "networks": plan(network={"pod_cidr": "10.10.0.0/16", "service_cidr": "172.20.0.0/16"}),
}


def recorded(*lines: str) -> Answer:
    return Answer(0, 0.1, tuple((0.0, line) for line in lines))


def asked(**values: str) -> Asked:
    return Asked("", values)


@pytest.mark.parametrize("made", PLANS.values(), ids=PLANS)
def test_each_machine_of_a_plan_has_its_pod_and_is_heard(made: Plan) -> None:
    names = [machine.name for machine in made.machines]
    addresses, _ = _running(proof.pods(made, asked(WANTED=" ".join(names)), recorded(*ROWS)))
    assert list(addresses) == names
    cidr: IPv4Network = made.profile.network.pod_cidr
    assert all(
        address.rpartition(".")[0] == str(cidr[256 * at]).rpartition(".")[0]
        for at, address in enumerate(addresses.values())
    )
    heard: dict[str, Any] = {}
    for node, targets in traffic.targets(names).items():
        lines = "\n".join(f"{target} {addresses[target]}" for target in targets)
        heard[node] = traffic.answers_in(proof.heard(made, asked(TARGETS=lines), recorded(*HEARD)))
    names_heard: Mapping[str, traffic.Answer] = {
        node: next(each for each in answers if each.kind == "dns") for node, answers in heard.items()
    }
    expected = made.profile.network.service_cidr[1]
    assert dns.judge_dns(names_heard, pods_of(""), expected).status == "ok"
    assert traffic.judge_service(heard).status == "ok"
    assert traffic.judge_network(heard, FLANNEL).status == ("ok" if len(names) > 1 else "not checked")


async def test_a_rehearsed_build_ends_with_its_checks(theatre: Theatre) -> None:
    assert (await theatre.up()).ok
    checks = [event for event in theatre.events if isinstance(event, Checked)]
    assert tuple(event.name for event in checks) == NAMES
    assert all(event.rehearsal for event in checks)
    # what this host would ask itself cannot be replayed
    told = {event.name: event.status for event in checks}
    assert told.pop("nodeport") == "not checked"
    assert set(told.values()) == {"ok"}
    assert "ok: dns: " in "\n".join(theatre.lines("kubmaster", "proof"))


async def test_a_larger_rehearsal_is_checked_as_a_whole(state: object) -> None:
    theatre = Theatre(profile("large", machines={"workers": 7}, network={"service_cidr": "172.20.0.0/16"}))
    assert (await theatre.up()).ok
    told = {event.name: event.message for event in theatre.events if isinstance(event, Checked)}
    assert told["pod-to-pod"] == "16 connections between pods on 8 nodes, both ways"
    assert told["dns"] == "kubernetes.default.svc is 172.20.0.1 from 8 nodes"


async def test_a_rehearsal_without_one_machine_checks_the_rest(theatre: Theatre) -> None:
    assert (await theatre.up(fault="join-unreachable")).partly
    told = {event.name: event.message for event in theatre.events if isinstance(event, Checked)}
    assert told["pods"] == "a new pod runs on 2 nodes"
    outcomes = {str(event.task): event.outcome for event in theatre.events if isinstance(event, TaskFinished)}
    assert outcomes["kubmaster/proof"] == "blocked"
