"""Power cuts: a step's completion mark is written only after its files are synced to disk."""

import pytest

from kubetui.engine.step import WorkState
from tests.steps.box import IMAGES, KUBEADM, KUBECTL, Box, recipe, state

CRICTL = """image=$TMPDIR/$(tr / _ <<<"${*: -1}")
case $1 in inspecti) [[ -e $image ]] ;; pull) : >"$image" ;; rmi) rm "$image" ;; esac"""
CUT = "[[ $# != 0 ]] || kill -KILL $PPID"
"""Stands in for `sync`: the power fails before everything is on disk."""


def test_init_writes_its_mark_only_after_syncing_its_files(box: Box) -> None:
    box.program("kubeadm", KUBEADM)
    box.program("kubectl", KUBECTL)
    box.program("sync", CUT)
    probe, apply = recipe("init")
    assert box.run(apply).returncode == -9
    assert state(box.run(probe)) is WorkState.PARTIAL
    member = box.write("var/lib/etcd/member/wal", "")
    box.program("sync")
    assert box.run(apply).returncode == 0
    assert not member.exists()
    assert state(box.run(probe)) is WorkState.DONE


def test_someone_elses_etcd_data_is_never_deleted(box: Box) -> None:
    box.program("kubeadm", KUBEADM)
    box.program("kubectl", KUBECTL)
    member = box.write("var/lib/etcd/member/wal", "theirs")
    apply = recipe("init")[1]
    for _ in range(2):
        done = box.run(apply)
        assert done.returncode == 1
        assert "holds data of another cluster" in done.stderr
    assert member.read_text() == "theirs"
    assert not [call for call in box.called("kubeadm") if "reset" in call]


def test_images_of_an_interrupted_pull_are_pulled_again(box: Box) -> None:
    box.program("kubeadm", IMAGES)
    box.program("crictl", CRICTL)
    box.program("sync", CUT)
    probe, apply = recipe("images")
    assert box.run(apply).returncode == -9
    first = box.called("crictl pull")
    assert state(box.run(probe)) is WorkState.PARTIAL
    box.called("crictl")
    box.program("sync")
    assert box.run(apply).returncode == 0
    assert sorted(box.called("crictl pull")) == sorted(first)
    assert state(box.run(probe)) is WorkState.DONE


def test_pulled_images_are_kept_when_another_image_fails(box: Box) -> None:
    box.program("kubeadm", IMAGES)
    box.program("crictl", CRICTL.replace("pull) ", "pull) [[ $2 != *etcd* || -e $TMPDIR/back ]] || exit 1; "))
    apply = recipe("images")[1]
    assert box.run(apply).returncode == 1
    box.called("crictl")
    box.write("tmp/back", "")
    assert box.run(apply).returncode == 0
    assert box.called("crictl pull") == ["crictl pull registry.k8s.io/etcd:3.6.0-0"]


@pytest.mark.parametrize("cut", [True, False])
def test_a_file_is_replaced_only_once_its_content_is_on_disk(box: Box, cut: bool) -> None:  # noqa: FBT001
    box.write("etc/settings", "old\n")
    box.program("sync", "kill -KILL $PPID" if cut else "")
    box.shell("put /etc/settings new")
    assert (box.root / "etc/settings").read_text() == ("old\n" if cut else "new\n")
