"""The scripts that take a node out of a cluster, with a kubectl that answers as the real one does."""

from __future__ import annotations

import subprocess

import pytest

from kubetui.remote.command import Command
from kubetui.steps.cluster.draining import DRAIN
from kubetui.steps.cluster.leave.steps import DELETE, LOSSES, MEMBER, QUORUM, RESET, VOLUMES
from tests.steps.box import Box

DRAINED = "kubectl drain kubnode1 --ignore-daemonsets --delete-emptydir-data --force"
MEMBERS = """\
8e9e05c52164694d, started, kubmaster, https://10.0.0.1:2380, https://10.0.0.1:2379, false
91bc3c398fb3c146, started, kubmaster2, https://10.0.0.2:2380, https://10.0.0.2:2379, false
fd422379fda50e48, started, kubmaster3, https://10.0.0.3:2380, https://10.0.0.3:2379, false
"""


def drain(box: Box, ready: str, *, answers: bool = True, forced: bool = False) -> subprocess.CompletedProcess[str]:
    """Drain a node whose condition Ready is this; a file `kept` on the machine keeps its pods."""
    box.program(
        "kubectl",
        f'case "$*" in\n  *"get node"*) printf %s "{ready}" ;;\n'
        '  drain*--disable-eviction*) ;;\n  drain*) [[ ! -e "$ROOT/kept" ]] ;;\nesac',
    )
    values = {"NAME": "kubnode1", "ANSWERS": "1" if answers else "", "FORCED": "1" if forced else "", "PATIENCE": "30"}
    return box.run(Command(DRAIN, values))


def test_a_node_that_answers_is_drained(box: Box) -> None:
    assert drain(box, "True known").returncode == 0
    assert box.told() == [f"{DRAINED} --timeout=30s"]


def test_a_node_that_nobody_knows_any_more_is_not(box: Box) -> None:
    done = drain(box, "")
    assert (done.returncode, box.told()) == (0, [])
    assert "does not know a node kubnode1" in done.stdout


@pytest.mark.parametrize("ready", ["Unknown known", "False known", " known"])
def test_a_dead_node_is_only_cordoned(box: Box, ready: str) -> None:
    assert drain(box, ready, answers=False).returncode == 0
    assert box.told() == ["kubectl cordon kubnode1"]


def test_a_node_that_hangs_and_was_not_missed_yet_is_drained_as_far_as_it_goes(box: Box) -> None:
    box.write("kept", "")
    done = drain(box, "True known", answers=False)
    assert (done.returncode, box.told()) == (0, [f"{DRAINED} --timeout=30s"])
    assert "what is left of its pods goes with the machine" in done.stdout


def test_pods_that_may_not_go_keep_the_node(box: Box) -> None:
    box.write("kept", "")
    done = drain(box, "True known")
    assert done.returncode == 1
    assert "after 30 s, kubnode1 still has pods that may not go" in done.stderr


def test_with_force_they_are_deleted(box: Box) -> None:
    box.write("kept", "")
    assert drain(box, "True known", forced=True).returncode == 0
    assert box.told() == [f"{DRAINED} --timeout=30s", f"{DRAINED} --disable-eviction --timeout=30s"]


def asked(box: Box, script: str, name: str, *down: str, forced: str = "") -> subprocess.CompletedProcess[str]:
    """Ask etcd, where the members at these addresses do not answer."""
    cases = "".join(f'  *"https://{each}:2379 endpoint health"*) exit 1 ;;\n' for each in down)
    box.program("kubectl", f'case "$*" in\n  *"member list"*) cat "$ROOT/members" ;;\n{cases}esac')
    values = {"NAME": name, "FIRST": "kubmaster", "FORCED": forced}
    script_values = values if script is QUORUM else {"NAME": name, "FIRST": "kubmaster"}
    return box.run(Command(script, script_values))


@pytest.mark.parametrize(
    ("leaving", "down", "said"),
    [
        ("kubmaster3", (), "etcd stays healthy without kubmaster3: 2 of 2 members answer, and 2 have to"),
        ("kubmaster2", ("10.0.0.2",), "etcd stays healthy without kubmaster2: 2 of 2 members answer, and 2 have to"),
        ("kubmaster4", ("10.0.0.2",), "etcd has no member kubmaster4"),
    ],
)
def test_a_control_plane_may_go(box: Box, leaving: str, down: tuple[str, ...], said: str) -> None:
    box.write("members", MEMBERS)
    done = asked(box, QUORUM, leaving, *down)
    assert (done.returncode, said in done.stdout) == (0, True), done.stdout + done.stderr


def test_a_control_plane_that_the_quorum_needs_may_not_go(box: Box) -> None:
    box.write("members", MEMBERS)
    done = asked(box, QUORUM, "kubmaster3", "10.0.0.2")
    assert done.returncode == 1
    assert "the etcd member kubmaster2 does not answer" in done.stdout
    assert "would lose its quorum: 1 of the other 2 members answer, and 2 have to" in done.stderr
    assert asked(box, QUORUM, "kubmaster3", "10.0.0.2", forced="1").returncode == 0


def test_the_second_of_two_may_go(box: Box) -> None:
    box.write("members", "".join(MEMBERS.splitlines(keepends=True)[:2]))
    assert asked(box, QUORUM, "kubmaster2").returncode == 0


def test_without_etcd_nobody_goes(box: Box) -> None:
    for script in (QUORUM, MEMBER):
        done = asked(box, script, "kubmaster3")
        assert done.returncode == 1
        assert "etcd does not answer on kubmaster" in done.stderr


def test_a_member_that_is_left_is_removed_by_its_id(box: Box) -> None:
    box.write("members", MEMBERS)
    assert asked(box, MEMBER, "kubmaster2").returncode == 0
    assert box.called("kubectl")[-1].endswith("member remove 91bc3c398fb3c146")
    box.told()
    assert asked(box, MEMBER, "kubmaster4").returncode == 0
    assert not [call for call in box.called("kubectl") if "member remove" in call]


def test_pods_of_a_deleted_node_are_deleted_too(box: Box) -> None:
    box.program("kubectl", 'case "$*" in "get pods"*) echo pod/web ;; esac')
    assert box.run(Command(DELETE, {"NAME": "kubnode1"})).returncode == 0
    assert box.told() == [
        "kubectl delete node kubnode1 --ignore-not-found --timeout=60s",
        "kubectl delete pods --all-namespaces --field-selector=spec.nodeName=kubnode1 --force --grace-period=0",
    ]


def test_a_machine_without_kubeadm_has_nothing_to_reset(box: Box) -> None:
    done = box.run(Command(RESET, {"CRI_SOCKET": "unix:///run/x.sock"}))
    assert (done.returncode, box.told()) == (0, [])
    box.program("kubeadm")
    box.write("var/lib/kubetui/join.done", "")
    assert box.run(Command(RESET, {"CRI_SOCKET": "unix:///run/x.sock"})).returncode == 0
    assert box.told() == ["kubeadm reset --force --cri-socket=unix:///run/x.sock"]
    assert not (box.root / "var/lib/kubetui/join.done").exists()


PODS = """\
default/lonely||
default/cache|ReplicaSet|{}
default/web|ReplicaSet|
kube-system/kube-proxy-x|DaemonSet|
kube-system/etcd-kubnode1|Node|
"""
SAID = """\
node/kubnode1 cordoned (server dry run)
error when evicting pods/"web" -n "default" (will retry after 5s): Cannot evict pod as it would violate the pod's \
disruption budget.
"""


def test_what_is_on_the_disk_of_a_machine_is_told(box: Box) -> None:
    box.write(
        "volumes", "kubnode1|kubetui-registry/registry\nkubnode11|shop/data\n|shop/elsewhere\nkubnode1|shop/cache\n"
    )
    box.program("kubectl", 'cat "$ROOT/volumes"')
    done = box.run(Command(VOLUMES, {"NAME": "kubnode1"}))
    assert done.stdout.splitlines() == [
        "what the claim kubetui-registry/registry keeps is on its disk, and goes with it",
        "what the claim shop/cache keeps is on its disk, and goes with it",
    ]
    assert box.told() == []
    box.program("kubectl", "exit 1")
    assert box.run(Command(VOLUMES, {"NAME": "kubnode1"})).returncode != 0


def test_what_will_be_lost_is_told(box: Box) -> None:
    box.write("pods", PODS)
    # once for every try
    box.write("said", 2 * SAID)
    box.program(
        "kubectl",
        'case "$*" in\n  "get node"*) echo node/kubnode1 ;;\n  "get pods"*) cat "$ROOT/pods" ;;\n'
        '  drain*) cat "$ROOT/said" >&2; exit 1 ;;\nesac',
    )
    done = box.run(Command(LOSSES, {"NAME": "kubnode1"}))
    assert done.stdout.splitlines() == [
        "the pod default/lonely has no controller, so nobody makes it anew",
        "the pod default/cache loses what it keeps in an emptyDir",
        "a PodDisruptionBudget does not let the pod default/web go for now",
    ]
    assert all("--dry-run=server" in call for call in box.called("kubectl drain"))
    assert box.told() == []
