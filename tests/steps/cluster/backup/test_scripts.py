"""The scripts that save etcd and restore it, with a crictl that answers as the real one does."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from kubetui.cluster import backup
from kubetui.remote.command import Command
from kubetui.steps.cluster.backup.restore import BACKUP, SETTLE, SETTLED, THERE
from kubetui.steps.cluster.backup.save import KEYS, SAVE
from kubetui.steps.cluster.init import INIT_APPLY, INIT_STEP
from tests.cluster.test_backup import KEYS as CONTENT
from tests.cluster.test_backup import MANIFEST, PROFILE, snapshot
from tests.plans import plan
from tests.steps.box import KUBEADM, KUBECTL, Box
from tests.steps.cluster.etcd import STATUS, with_etcd
from tests.taught import differences


@pytest.fixture
def control_plane(box: Box) -> Box:
    return with_etcd(box)


def save(box: Box) -> subprocess.CompletedProcess[str]:
    return box.run(Command(SAVE, {"CRI_SOCKET": "unix:///run/x.sock"}))


def test_a_snapshot_is_taken_out_of_etcds_folder_with_what_is_known_of_it(control_plane: Box) -> None:
    done = save(control_plane)
    assert done.returncode == 0, done.stderr
    place = control_plane.root / "var/lib/kubetui/backup"
    assert (place / "etcd.db").read_text() == "snapshot\n"
    assert (place / "facts").read_text().splitlines() == ["1.37.2", "3.7.0", "9", STATUS]
    assert oct(place.stat().st_mode & 0o777) == "0o700"
    assert [path.name for path in (control_plane.root / "var/lib/etcd").iterdir()] == ["member"]
    assert control_plane.told() == ["crictl exec etcd1 etcdctl snapshot save /var/lib/etcd/kubetui-backup.db"]
    assert control_plane.called("kubectl") == []


def test_what_an_earlier_backup_left_is_replaced(control_plane: Box) -> None:
    control_plane.write("var/lib/kubetui/backup/etcd.db", "old")
    control_plane.write("var/lib/etcd/kubetui-backup.db.part", "old")
    assert save(control_plane).returncode == 0
    assert (control_plane.root / "var/lib/kubetui/backup/etcd.db").read_text() == "snapshot\n"
    assert not (control_plane.root / "var/lib/etcd/kubetui-backup.db.part").exists()


def test_an_image_without_etcdutl_is_read_by_an_etcdctl_that_still_can(control_plane: Box) -> None:
    control_plane.write("no-etcdutl", "")
    assert "cannot be read again" in save(control_plane).stderr
    control_plane.write("old-etcdctl", "")
    assert save(control_plane).returncode == 0


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("stopped", "", "etcd does not run on this machine"),
        ("sick", "", "etcd is not healthy: Error: unhealthy cluster"),
        ("etc/kubernetes/manifests/etcd.yaml", "    - --data-dir=/data\n", "etcd keeps its data in /data"),
        (
            "etc/kubernetes/manifests/kube-apiserver.yaml",
            "    - --encryption-provider-config=/etc/kubernetes/keys.yaml\n",
            "encrypts what it stores, with /etc/kubernetes/keys.yaml",
        ),
    ],
)
def test_what_cannot_be_saved_is_said(control_plane: Box, path: str, text: str, said: str) -> None:
    control_plane.write(path, text)
    done = save(control_plane)
    assert done.returncode != 0
    assert said in done.stderr
    assert not (control_plane.root / "var/lib/kubetui/backup/facts").exists()


def test_an_etcd_elsewhere_is_not_saved(box: Box) -> None:
    assert "etcd is not a static pod of kubeadm's here" in save(box).stderr


def test_the_authorities_are_read_or_the_missing_one_is_named(box: Box) -> None:
    box.write("etc/kubernetes/pki/ca.key", "a key\n")
    command = Command(KEYS, {"FILES": "ca.key"})
    assert box.run(command).stdout == "ca.key YSBrZXkK\n"
    done = box.run(Command(KEYS, {"FILES": "ca.key sa.key"}))
    assert "/etc/kubernetes/pki/sa.key cannot be read" in done.stderr
    assert done.returncode != 0


RESTORED = plan("1.36.1", workers=1)
RUNS = """case "$*" in
  *' pods '*) cat "$ROOT/pod" 2>/dev/null || true ;;
  *' rmp '*) rm -f "$ROOT/pod" ;;
  *' run '*)
    echo pod1 >"$ROOT/pod"
    container=${*: -2:1} place=${container%/*}
    tool=$(grep -o 'etcd[a-z]*", "snapshot' "$container")
    [[ ! -e $ROOT/no-etcdutl || $tool != etcdutl* ]] || { echo 'executable file not found' >&2; exit 1; }
    cp "$container" "$ROOT/container.json"
    cp "$place/pod.json" "$ROOT/pod.json"
    echo '2026-11-28T14:00:00.1Z stderr F restored snapshot' >"$place/log"
    mkdir -p "$place/etcd/member/snap"
    cp "$place/etcd.db" "$place/etcd/member/snap/db"
    echo container1 ;;
  *' inspect '*) cat "$ROOT/state" 2>/dev/null || echo 'CONTAINER_EXITED 0' ;;
esac"""
"""Stands in for crictl on a machine that has no cluster yet."""


@pytest.fixture
def machine(box: Box, tmp_path: Path) -> Box:
    """Return a machine to which a backup was brought."""
    box.program("crictl", RUNS)
    images = "config) echo registry.k8s.io/pause:3.10; echo registry.k8s.io/etcd:3.6.0-0 ;;"
    body = KUBEADM.replace("version)", f"{images}\n  version)", 1)
    # as the real one, it takes the authority that is there, and its reset leaves nothing
    body = body.replace('cat "$TMPDIR/authority" >"$ROOT/etc/kubernetes/pki/ca.crt"', "true")
    box.program("kubeadm", body)
    box.program("kubectl", KUBECTL)
    path = box.root / BACKUP.removeprefix("/")
    path.parent.mkdir(parents=True, exist_ok=True)
    backup.write(path, MANIFEST, PROFILE, CONTENT, snapshot(tmp_path))
    return box


def init(box: Box, *, restored: bool = True) -> subprocess.CompletedProcess[str]:
    made = replace(RESTORED, restored=restored, identity="new")
    command = INIT_STEP.recipe(made, made.control_plane).apply
    assert command
    # values are not rewritten to the folder that acts as the machine
    values = {name: str(value).replace("/var/lib", f"{box.root}/var/lib") for name, value in command.values.items()}
    return box.run(replace(command, values=values))


def test_authorities_and_data_are_there_before_kubeadm_begins(machine: Box) -> None:
    done = init(machine)
    assert done.returncode == 0, done.stderr
    root = machine.root
    assert (root / "etc/kubernetes/pki/ca.key").read_bytes() == CONTENT["ca.key"]
    assert (root / "etc/kubernetes/pki/etcd/ca.crt").read_bytes() == CONTENT["etcd/ca.crt"]
    modes = {path: oct((root / "etc/kubernetes/pki" / path).stat().st_mode & 0o777) for path in ("ca.key", "ca.crt")}
    assert modes == {"ca.key": "0o600", "ca.crt": "0o644"}
    assert (root / "var/lib/etcd/member/snap/db").read_bytes().startswith(b"xxx")
    assert not (root / "var/lib/kubetui/restore").exists()
    assert not (root / "pod").exists()
    assert '"image": "registry.k8s.io/etcd:3.6.0-0"' in (root / "container.json").read_text()
    assert "restored snapshot" in done.stdout
    *_, called = machine.called("kubeadm")
    assert called.endswith("--skip-token-print --ignore-preflight-errors=DirAvailable--var-lib-etcd")
    assert (root / "var/lib/kubetui/init.done").exists()


def test_what_it_calls_is_what_it_teaches(machine: Box) -> None:
    assert init(machine).returncode == 0
    made = replace(RESTORED, restored=True)
    taught = INIT_STEP.teaches.commands(made, made.control_plane)
    said = [line for line in machine.told() if not line.startswith("tee ")]
    ignored = " --ignore-preflight-errors=DirAvailable--var-lib-etcd"
    assert [line.removesuffix(ignored) for line in said] == [line for line in taught if not line.startswith("tee ")]


def test_a_try_after_a_failure_begins_with_a_reset_and_restores_again(machine: Box) -> None:
    machine.write("tmp/fails", "")
    assert init(machine).returncode != 0
    assert not (machine.root / "var/lib/kubetui/init.done").exists()
    (machine.root / "tmp/fails").unlink()
    # etcd ran meanwhile
    machine.write("var/lib/etcd/member/snap/db", "other")
    assert init(machine).returncode == 0
    assert any(call.startswith("kubeadm reset") for call in machine.called("kubeadm"))
    assert (machine.root / "var/lib/etcd/member/snap/db").read_bytes().startswith(b"xxx")
    assert (machine.root / "etc/kubernetes/pki/ca.key").read_bytes() == CONTENT["ca.key"]


def test_without_its_backup_no_control_plane_is_made(machine: Box) -> None:
    (machine.root / BACKUP.removeprefix("/")).unlink()
    done = init(machine)
    assert "the backup that is being restored is not on this machine any more" in done.stderr
    assert not any(call.startswith("kubeadm init") for call in machine.called("kubeadm"))


def test_data_of_another_cluster_stays(machine: Box) -> None:
    machine.write("var/lib/etcd/member/snap/db", "of another")
    assert "holds data of another cluster" in init(machine).stderr
    assert (machine.root / "var/lib/etcd/member/snap/db").read_text() == "of another"


def test_an_image_without_etcdutl_restores_with_etcdctl(machine: Box) -> None:
    machine.write("no-etcdutl", "")
    assert init(machine).returncode == 0
    assert '["etcdctl", "snapshot", "restore"' in (machine.root / "container.json").read_text().replace(
        '"command": ', ""
    )


def test_a_restore_that_fails_leaves_no_empty_control_plane(machine: Box) -> None:
    machine.write("state", "CONTAINER_EXITED 1")
    done = init(machine)
    assert "etcd's snapshot could not be restored with registry.k8s.io/etcd:3.6.0-0" in done.stderr
    assert not any(call.startswith("kubeadm init") for call in machine.called("kubeadm"))
    assert not (machine.root / "pod").exists()
    # what is there is kubetui's own from the first change on, and the next try may reset it
    (machine.root / "state").unlink()
    machine.write("var/lib/etcd/member/snap/db", "half")
    assert init(machine).returncode == 0
    assert (machine.root / "var/lib/etcd/member/snap/db").read_bytes().startswith(b"xxx")


def test_other_builds_have_the_script_that_they_always_had() -> None:
    made = replace(RESTORED, identity="new")
    command = INIT_STEP.recipe(made, made.control_plane).apply
    assert command
    assert command.script == INIT_APPLY
    assert "restore" not in INIT_APPLY
    assert "BACKUP" not in command.values


NODES = """case "$*" in
  'get nodes'*) echo kubmaster kubnode1 kubnode7 ;;
  'get pod etcd-kubmaster'*) echo https://192.0.2.1:2379 ;;
esac"""
OF_OTHERS = (
    "kubectl delete pods --namespace=kube-system --selector=tier=control-plane "
    "'--field-selector=spec.nodeName!=kubmaster' --force --grace-period=0"
)


def test_nodes_wait_for_their_new_machines_and_others_go(machine: Box) -> None:
    machine.program("kubectl", NODES)
    backed = f"{machine.root}{BACKUP}"
    values = {"ADDRESS": "192.0.2.1", "BACKUP": backed, "NAME": "kubmaster", "NAMES": "kubmaster kubnode1 kubnode2"}
    done = machine.run(Command(SETTLE, values))
    assert done.returncode == 0, done.stderr
    waits, goes, pods, proxies = machine.told()
    assert pods == OF_OTHERS
    made = plan(workers=1)
    assert differences(SETTLED.commands(made, made.control_plane), (waits, pods, proxies)) == []
    assert waits.startswith("kubectl patch node kubnode1 --subresource=status --type=strategic '--patch=")
    assert '"type": "Ready", "status": "Unknown"' in waits
    assert goes == "kubectl delete node kubnode7 --ignore-not-found --timeout=60s"
    assert not Path(backed).exists()


def test_at_other_addresses_no_pod_leads_a_joining_control_plane_to_the_etcd_of_before(machine: Box) -> None:
    machine.program("kubectl", NODES)
    values = {"ADDRESS": "192.0.2.9", "BACKUP": "/nowhere", "NAME": "kubmaster", "NAMES": "kubmaster"}
    assert machine.run(Command(SETTLE, values)).returncode == 0
    assert machine.told()[-3:] == [
        OF_OTHERS,
        "kubectl delete pod etcd-kubmaster --namespace=kube-system --ignore-not-found --force --grace-period=0",
        "kubectl delete pods --namespace=kube-system --selector=k8s-app=kube-proxy --force --grace-period=0",
    ]


def test_it_is_known_whether_a_backup_still_has_to_be_brought(machine: Box) -> None:
    path = f"{machine.root}{BACKUP}"
    digest = backup.read(Path(path)).digest

    def there(digest: str) -> bool:
        return machine.run(Command(THERE, {"CLUSTER_ID": "new", "DIGEST": digest, "FILE": path})).returncode == 0

    assert there(digest)
    assert not there("0" * 64)
    machine.write("var/lib/kubetui/init.begun", "old")
    machine.write("var/lib/kubetui/init.done", "")
    assert not there("0" * 64)
    machine.write("var/lib/kubetui/init.begun", "new")
    assert there("0" * 64)
