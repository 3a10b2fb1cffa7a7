"""Steps done by hand on real machines: three right ways are taken, wrong ones are refused with what is missing.

Containers share their host's kernel, so here swap and kernel modules are what files and settings say; test_vm.py does
the two on whole machines.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest

from kubetui.steps.cluster.byhand import GIVEN_MANIFEST
from tests.e2e.conftest import Lab, Maker
from tests.e2e.person import Person, person
from tests.e2e.ways import (
    ADMIN,
    FIRST,
    KERNEL_CLUMSY,
    KERNEL_DOCUMENTED,
    KERNEL_WRONG,
    NETWORK_CLUMSY,
    NODE1,
    NODE2,
    PACKAGES_CLUMSY,
    PACKAGES_DOCUMENTED,
    PACKAGES_WRONG,
    READY,
    RESET,
    RUNTIME_CLUMSY,
    RUNTIME_DOCUMENTED,
    RUNTIME_WRONG,
    SWAP_WRONG,
    SWAPPING,
    Wrong,
    hinted,
    init_by_configuration,
    init_by_options,
    init_clumsy,
    init_wrong,
    join_by_configuration,
    join_clumsily,
    join_command,
    join_wrong,
    network_wrong,
    node_ip,
    on,
)

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def refused(lab: Lab, someone: Person, machine: str, *wrong: Wrong) -> None:
    for script, missing in wrong:
        on(lab, machine, script)
        said = someone.done()
        assert re.search(missing, said), f"after {script}: {said or 'accepted'}"
        if "kubeadm join" in script:
            # kubeadm takes no second node of a name that is Ready
            on(lab, FIRST, ADMIN + f"kubectl delete node stranger {machine} --ignore-not-found")


def accepted(lab: Lab, someone: Person, machine: str, script: str) -> None:
    on(lab, machine, script)
    said = someone.done()
    assert not said, f"after {script}: {said}"


def unchanged(lab: Lab) -> None:
    assert "nothing changed" in lab.up()
    lab.kubetui("check", lab.name)


Ways = dict[tuple[str, str], Callable[[], tuple[tuple[Wrong, ...], str]]]
"""For each step and machine: wrong ways to do it, and a right one. They are asked for when it is their turn."""


def work(lab: Lab, someone: Person, ways: Ways) -> None:
    """Do every step that is the person's, in the order in which kubetui asks for them."""
    while ways:
        task = someone.asked()
        wrong, right = ways.pop(task)()
        refused(lab, someone, task[1], *wrong)
        accepted(lab, someone, task[1], right)
    someone.end()


def each_way(step: str, wrong: tuple[Wrong, ...], *right: str) -> Ways:
    """Return the wrong ways on the first machine, and a right one for each."""
    ways = zip((FIRST, NODE1, NODE2), (wrong, (), ()), right, strict=True)
    return {(step, machine): partial(_both, wrong, text) for machine, wrong, text in ways}


def _both(wrong: tuple[Wrong, ...], right: str) -> tuple[tuple[Wrong, ...], str]:
    return wrong, right


def test_every_right_way_is_taken_and_every_wrong_one_refused(fresh: Maker) -> None:
    lab = fresh("turn")
    ways: Ways = {
        **each_way(
            "kernel",
            KERNEL_WRONG,
            f"rm /etc/sysctl.d/zz.conf; {hinted(lab, 'kernel', FIRST)}",
            KERNEL_DOCUMENTED,
            KERNEL_CLUMSY,
        ),
        **each_way(
            "runtime",
            RUNTIME_WRONG,
            "apt-get purge -y containerd; " + hinted(lab, "runtime", FIRST),
            RUNTIME_DOCUMENTED,
            RUNTIME_CLUMSY,
        ),
        **each_way(
            "kubernetes", PACKAGES_WRONG, hinted(lab, "kubernetes", FIRST), PACKAGES_DOCUMENTED, PACKAGES_CLUMSY
        ),
        ("init", FIRST): lambda: (
            init_wrong(lab),
            RESET + "rm /etc/default/kubelet; " + hinted(lab, "init", FIRST) + " >/tmp/init 2>&1",
        ),
        ("network", FIRST): lambda: (network_wrong(lab), hinted(lab, "network", FIRST) + READY),
        ("join", NODE1): lambda: (
            join_wrong(lab),
            RESET + node_ip(lab, NODE1) + join_command(lab, NODE1),
        ),
        ("join", NODE2): lambda: ((), join_by_configuration(lab, NODE2)),
    }
    with person(lab, [f"{machine}/{step}" for step, machine in ways]) as someone:
        work(lab, someone, ways)
    unchanged(lab)
    swap(lab)


def swap(lab: Lab) -> None:
    """Machines of a finished cluster get swap, and a person turns it off."""
    for machine in (FIRST, NODE1, NODE2):
        on(lab, machine, SWAPPING if machine == FIRST else SWAPPING.partition("; ")[0])
    ways = each_way(
        "swap",
        SWAP_WRONG,
        "systemctl disable more.swap; " + hinted(lab, "swap", FIRST),
        "swapoff -a; sed -i '/ swap / s/^/#/; /\\tswap\\t/ s/^/#/' /etc/fstab",
        "grep -v swap /etc/fstab >/tmp/fstab || true; cat /tmp/fstab >/etc/fstab",
    )
    with person(lab, [f"{machine}/{step}" for step, machine in ways]) as someone:
        work(lab, someone, ways)
    unchanged(lab)


@pytest.mark.parametrize("way", ["documented", "clumsy"])
def test_other_right_ways_to_a_cluster_are_taken(fresh: Maker, way: str) -> None:
    lab = fresh("hand", machines={"workers": 1})
    copied = f"cp {GIVEN_MANIFEST} /root/kube-flannel.yml; {ADMIN}kubectl apply -f /root/kube-flannel.yml"
    documented = way == "documented"
    ways: Ways = {
        ("init", FIRST): lambda: ((), init_by_configuration(lab) if documented else init_clumsy(lab)),
        ("network", FIRST): lambda: ((), (copied if documented else NETWORK_CLUMSY) + READY),
        ("join", NODE1): lambda: ((), join_by_configuration(lab, NODE1) if documented else join_clumsily(lab)),
    }
    with person(lab, ["init", "network", "join"]) as someone:
        work(lab, someone, ways)
    unchanged(lab)


def test_a_step_that_is_left_to_kubetui_is_done_by_it(fresh: Maker) -> None:
    lab = fresh("left", machines={"workers": 0})
    with person(lab, ["kernel", "init"]) as someone:
        assert someone.asked() == ("kernel", FIRST)
        someone.says("hint")
        someone.says("do it for me")
        someone.leaves(("kernel", FIRST))
        assert someone.asked() == ("init", FIRST)
        on(lab, FIRST, init_by_options(lab, node_name="other"))
        assert "there is no node" in someone.done()
        someone.says("do it for me")
        someone.end()
    states = [each["state"] for each in someone.events if each["event"] == "YourTurn"]
    assert states == ["waiting", "left", "waiting", "missing", "left"]
    unchanged(lab)
