"""The scripts of an upgrade, with programs that answer as the real ones do."""

from __future__ import annotations

import subprocess

import pytest

from kubetui.engine.step import WorkState
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.steps.cluster.upgrade.kubeadm import of_first, of_node
from kubetui.steps.cluster.upgrade.machine import AGE, BEGIN, END
from kubetui.steps.cluster.upgrade.steps import LOOK_SCRIPT, SAVE_APPLY, SAVE_PROBE, TOOL_APPLY, TOOL_PROBE
from tests.plans import plan
from tests.steps.box import Box, state
from tests.steps.cluster.etcd import with_etcd

MANIFESTS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
KUBEADM = """case $* in
  version*) echo v1.37.2 ;;
  'upgrade apply'* | 'upgrade node'*) [[ ! -e "$ROOT/fails" ]] || exit 1 ;;
esac"""


def look(
    box: Box, *nodes: str, forced: str = "", metrics: str = "", configuration: str = ""
) -> subprocess.CompletedProcess[str]:
    """Look at a cluster of these nodes: name, kubelet's version, whether it is Ready."""
    box.write("nodes", "".join(f"{node}\n" for node in nodes))
    box.write("metrics", metrics)
    box.write("configuration", configuration)
    box.program(
        "kubectl",
        'case "$*" in\n  *"get nodes"*) cat "$ROOT/nodes" ;;\n  *metrics*) cat "$ROOT/metrics" ;;\n'
        '  *configmap*) cat "$ROOT/configuration" ;;\n  *"endpoint health"*) [[ ! -e "$ROOT/ill" ]] ;;\nesac',
    )
    script = LOOK_SCRIPT.replace("SECONDS + 120", "SECONDS")
    return box.run(Command(script, {"FIRST": "kubmaster", "FORCED": forced, "MINOR": "37"}))


def test_a_cluster_that_is_well_is_fit(box: Box) -> None:
    assert look(box, "kubmaster v1.36.3 True", "kubnode1 v1.34.0 True").returncode == 0


@pytest.mark.parametrize(
    ("node", "why"),
    [
        ("kubnode1 v1.36.3 Unknown", "not every node is Ready: kubnode1"),
        ("kubnode1 v1.36.3 False", "not every node is Ready: kubnode1"),
        ("kubnode1 v1.38.0 True", "the kubelet of kubnode1 is v1.38.0, which is newer than Kubernetes 1.37"),
        (
            "kubnode1 v1.33.9 True",
            "the kubelet of kubnode1 is v1.33.9, and Kubernetes 1.37 works with none older than 1.34",
        ),
    ],
)
def test_a_node_that_does_not_go_with_it_is_named(box: Box, node: str, why: str) -> None:
    done = look(box, "kubmaster v1.36.3 True", node)
    assert done.returncode == 1
    assert why in done.stderr


def test_etcd_has_to_be_healthy(box: Box) -> None:
    box.write("ill", "")
    done = look(box, "kubmaster v1.36.3 True")
    assert (done.returncode, "etcd is not healthy" in done.stderr) == (1, True)


OLD = (
    'apiserver_requested_deprecated_apis{group="flowcontrol.apiserver.k8s.io",removed_release="%s",'
    'resource="flowschemas",subresource="",version="v1beta3"} 1\n'
)


def test_an_api_that_goes_away_and_is_in_use_stops_it_unless_forced(box: Box) -> None:
    done = look(box, "kubmaster v1.36.3 True", metrics=OLD % "1.37")
    assert done.returncode == 1
    assert "flowschemas of flowcontrol.apiserver.k8s.io/v1beta3" in done.stderr
    assert look(box, "kubmaster v1.36.3 True", metrics=OLD % "1.37", forced="1").returncode == 0


@pytest.mark.parametrize("release", ["1.38", "", "2.0"])
def test_an_api_that_stays_for_now_does_not(box: Box, release: str) -> None:
    assert look(box, "kubmaster v1.36.3 True", metrics=OLD % release).returncode == 0


def test_arguments_that_etcd_no_longer_knows_stop_it(box: Box) -> None:
    text = "etcd:\n  local:\n    extraArgs:\n    - name: experimental-watch-progress-notify-interval\n      value: 5s\n"
    done = look(box, "kubmaster v1.36.3 True", configuration=text)
    assert (done.returncode, "begin with experimental-" in done.stderr) == (1, True)


def test_etcd_is_saved_once_and_whole(box: Box) -> None:
    with_etcd(box)
    kept = {"KEPT": f"{box.root}/var/lib/kubetui/etcd-before-1.37.db"}
    assert state(box.run(Command(SAVE_PROBE, kept))) is WorkState.ABSENT
    done = box.run(Command(SAVE_APPLY, {"CRI_SOCKET": "unix:///run/x.sock", **kept}))
    assert done.returncode == 0, done.stderr
    assert state(box.run(Command(SAVE_PROBE, kept))) is WorkState.DONE
    saved = box.root / "var/lib/kubetui/etcd-before-1.37.db"
    assert (saved.read_text(), saved.stat().st_mode & 0o777) == ("snapshot\n", 0o600)
    assert [path.name for path in (box.root / "var/lib/etcd").iterdir()] == ["member"]
    assert not (box.root / "var/lib/kubetui/backup").exists()


def test_a_cluster_that_encrypts_what_it_stores_can_be_upgraded(box: Box) -> None:
    with_etcd(box)
    box.write(
        "etc/kubernetes/manifests/kube-apiserver.yaml", "    - --encryption-provider-config=/etc/kubernetes/keys.yaml\n"
    )
    kept = f"{box.root}/var/lib/kubetui/etcd-before-1.37.db"
    assert box.run(Command(SAVE_APPLY, {"CRI_SOCKET": "unix:///run/x.sock", "KEPT": kept})).returncode == 0


@pytest.mark.parametrize(
    ("version", "wanted", "found"),
    [
        ("1.37.2-1.1", "1.37", WorkState.DONE),
        ("1.37.2-1.1", "1.37.2", WorkState.DONE),
        ("1.37.1-1.1", "1.37.2", WorkState.PARTIAL),
        ("1.36.3-1.1", "1.37", WorkState.PARTIAL),
    ],
)
def test_the_new_kubeadm_is_held(box: Box, version: str, wanted: str, found: WorkState) -> None:
    library = f"version_of() {{ echo {version}; }}\nheld() {{ :; }}\n"
    assert state(box.run(Command(library + TOOL_PROBE, {"VERSION": wanted}))) is found
    library = 'install_pinned() { run install-pinned "$@"; }\nhold() { run hold "$@"; }\n'
    box.program("install-pinned")
    box.program("hold")
    assert box.run(Command(library + TOOL_APPLY, {"PATTERN": f"{wanted}.*"})).returncode == 0
    assert box.told() == [f"install-pinned 'kubeadm={wanted}.*'", "hold kubeadm"]


def target() -> Plan:
    return plan("1.37", workers=1)


def manifests(box: Box, version: str) -> None:
    for name in MANIFESTS:
        box.write(f"etc/kubernetes/manifests/{name}.yaml", f"    image: registry.k8s.io/{name}:{version}\n")


def first(box: Box) -> tuple[Command, Command]:
    box.program("kubeadm", KUBEADM)
    box.program("kubectl", "echo ok")
    box.write("var/lib/kubetui/init.done", "")
    recipe = of_first(target(), target().control_plane)
    assert recipe.probe
    assert recipe.apply
    return recipe.probe, recipe.apply


def test_the_first_control_plane_is_done_once_kubeadm_has_come_to_its_end(box: Box) -> None:
    probe, apply = first(box)
    manifests(box, "v1.36.3")
    assert state(box.run(probe)) is WorkState.PARTIAL
    # what kubeadm has written is not enough: its last phases may be missing
    manifests(box, "v1.37.2")
    assert state(box.run(probe)) is WorkState.PARTIAL
    done = box.run(apply)
    assert done.returncode == 0, done.stderr
    assert box.told() == ["kubeadm upgrade plan v1.37.2", "kubeadm upgrade apply v1.37.2 --yes"]
    assert state(box.run(probe)) is WorkState.DONE
    # an image of another version than the mark says
    manifests(box, "v1.36.3")
    assert state(box.run(probe)) is WorkState.PARTIAL


def test_what_kubeadm_wrote_is_vouched_for_anew(box: Box) -> None:
    _, apply = first(box)
    manifests(box, "v1.37.2")
    assert box.run(apply).returncode == 0
    assert "kube-apiserver.yaml" in (box.root / "var/lib/kubetui/init.done").read_text()


def test_an_upgrade_that_failed_is_not_done(box: Box) -> None:
    probe, apply = first(box)
    manifests(box, "v1.37.2")
    box.write("fails", "")
    assert box.run(apply).returncode == 1
    assert state(box.run(probe)) is WorkState.PARTIAL


def test_a_worker_has_no_manifests_to_be_done(box: Box) -> None:
    box.program("kubeadm", KUBEADM)
    recipe = of_node(target(), target().workers[0])
    assert recipe.probe
    assert recipe.apply
    assert state(box.run(recipe.probe)) is WorkState.PARTIAL
    box.write("var/lib/kubetui/join.done", "")
    assert box.run(recipe.apply).returncode == 0
    assert box.told() == ["kubeadm upgrade node"]
    assert state(box.run(recipe.probe)) is WorkState.DONE


def age(box: Box, said: str, *, wait: str = "0", steady: str = "1") -> subprocess.CompletedProcess[str]:
    box.program("kubectl", f"printf '%s\\n' '{said}'")
    return box.run(Command(AGE, {"NAME": "kubnode1", "VERSION": "1.37", "WAIT": wait, "STEADY": steady}))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("v1.37.2|True|", ""),
        ("v1.37.2|True|yes", "kubnode1 takes no pods yet"),
        ("v1.36.3|True|", "the kubelet of kubnode1 is v1.36.3"),
        ("v1.370.0|True|", "the kubelet of kubnode1 is v1.370.0"),
        ("v1.37.2|Unknown|", "kubnode1 is not Ready"),
        ("The connection was refused", "the API server does not answer: The connection was refused"),
    ],
)
def test_a_node_that_is_not_as_wanted_says_why(box: Box, said: str, why: str) -> None:
    done = age(box, said)
    assert (state(done), done.stdout.strip()) == (WorkState.PARTIAL if why else WorkState.DONE, why)


def test_a_node_in_its_turn_is_waited_for(box: Box) -> None:
    # it takes no pods while it waits, and that is as it should be
    assert age(box, "v1.37.2|True|yes", wait="5", steady="3").returncode == 0
    assert len(box.called("kubectl")) == 3


def turn(box: Box, script: str, said: str) -> list[str]:
    box.program("kubectl", f"[[ $1 != get ]] || printf '%s\\n' '{said}'")
    done = box.run(Command(script, {"NAME": "kubnode1"}))
    assert done.returncode == 0, done.stderr
    return box.told()


def test_only_what_kubetui_has_closed_is_opened_again(box: Box) -> None:
    closing = ["kubectl annotate node kubnode1 --overwrite kubetui/upgrading=yes", "kubectl cordon kubnode1"]
    assert turn(box, BEGIN, "|") == closing
    # cut off, its turn begins anew
    assert turn(box, BEGIN, "true|yes") == closing
    assert turn(box, BEGIN, "true|") == []
    assert turn(box, END, "") == []
    assert turn(box, END, "yes") == ["kubectl uncordon kubnode1", "kubectl annotate node kubnode1 kubetui/upgrading-"]
