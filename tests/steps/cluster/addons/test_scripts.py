"""What installs an add-on and what removes it, in a real bash with stand-ins for kubectl and crictl."""

import pytest

from kubetui.engine.step import WorkState
from kubetui.remote.command import Command
from kubetui.software.addons import CATALOGUE
from kubetui.steps.cluster.addons.steps import (
    ADDONS,
    APPLY,
    CLEAR_APPLY,
    CLEAR_PROBE,
    PROBE,
    REMOVE,
    REMOVE_PROBE,
)
from tests.steps.box import Box, state

STORAGE = CATALOGUE["storage"]
FILE = "etc/kubernetes/kubetui/addons/storage.yaml"
SETTINGS = "etc/kubernetes/kubetui/addons/storage-settings.yaml"
VALUES = {
    "MANIFEST": "kind: Namespace",
    "NAME": "storage",
    "SETTINGS": "",
    "WORKLOADS": "\n".join(map(str, STORAGE.workloads)),
}
INSTALL = Command(ADDONS + STORAGE.answers + APPLY, VALUES)
INSTALLED = Command(ADDONS + STORAGE.answers + PROBE, VALUES)
REMOVAL = Command(ADDONS + STORAGE.guard + REMOVE, {"NAME": "storage"})
REMOVED = Command(REMOVE_PROBE, {"NAME": "storage"})
KUBECTL = """case $* in
  diff*) exit "$(cat "$TMPDIR/differs" 2>/dev/null || echo 0)" ;;
  *'rollout status'*) cat "$TMPDIR/waits" 2>/dev/null || echo 'it is successfully rolled out' ;;
  *settings.yaml*output=name*) cat "$TMPDIR/left" 2>/dev/null ;;
  *output=name*) [[ ! -e $TMPDIR/lacks ]] ;;
  *storageclasses*) cat "$TMPDIR/classes" ;;
  *persistentvolumeclaims*) cat "$TMPDIR/claims" 2>/dev/null || true ;;
  delete*) [[ ! -e $TMPDIR/fails ]] || exit 1 ;;
esac"""
CRICTL = """case $* in
  inspecti*) grep -qx "${*: -1}" "$TMPDIR/images" 2>/dev/null ;;
  ps*) grep -qx "${*: -1}" "$TMPDIR/used" 2>/dev/null && echo 0123 || true ;;
  rmi*) sed -i "\\\\#^$2\\$#d" "$TMPDIR/images" ;;
esac"""


@pytest.fixture
def cluster(box: Box) -> Box:
    box.program("kubectl", KUBECTL)
    box.program("crictl", CRICTL)
    box.write("tmp/classes", "slow \nlocal-path true\n")
    return box


def test_what_is_applied_is_written_down_and_found_done(cluster: Box) -> None:
    assert state(cluster.run(INSTALLED)) is WorkState.ABSENT
    done = cluster.run(INSTALL)
    assert done.returncode == 0, done.stderr
    assert (cluster.root / FILE).read_text() == "kind: Namespace\n"
    assert state(cluster.run(INSTALLED)) is WorkState.DONE
    assert state(cluster.run(Command(INSTALLED.script, {**VALUES, "MANIFEST": "another"}))) is WorkState.ABSENT


def test_settings_are_applied_after_the_pods_run_and_removed_first(cluster: Box) -> None:
    values = {**VALUES, "SETTINGS": "kind: IPAddressPool"}
    install, installed = Command(INSTALL.script, values), Command(INSTALLED.script, values)
    assert cluster.run(install).returncode == 0
    calls = [call.split()[1] for call in cluster.called("kubectl")]
    assert calls[:4] == ["apply", "--namespace=local-path-storage", "apply", "get"]
    assert state(cluster.run(installed)) is WorkState.DONE
    other = Command(installed.script, {**values, "SETTINGS": "another"})
    assert "the settings of storage are not applied" in cluster.run(other).stdout
    assert cluster.run(REMOVAL).returncode == 0
    deleted = [call for call in cluster.called("kubectl") if call.startswith("kubectl delete")]
    assert [SETTINGS in call for call in deleted] == [True, False]
    assert not (cluster.root / SETTINGS).exists()


def test_settings_that_do_not_go_keep_the_add_on(cluster: Box) -> None:
    cluster.run(Command(INSTALL.script, {**VALUES, "SETTINGS": "kind: IPAddressPool"}))
    cluster.write("tmp/fails", "")
    cluster.write("tmp/left", "ipaddresspool.metallb.io/kubetui\n")
    assert cluster.run(REMOVAL).returncode == 1
    assert (cluster.root / FILE).exists()
    # their kinds are gone already, and so are they
    (cluster.root / "tmp/left").unlink()
    cluster.called("kubectl")
    cluster.run(REMOVAL)
    assert any(f"--filename={cluster.root}/{FILE}" in call for call in cluster.called("kubectl delete"))


def test_a_manifest_that_is_never_as_its_objects_are_is_looked_for_alone(cluster: Box) -> None:
    cluster.write("tmp/differs", "1")
    assert cluster.run(INSTALL).returncode == 0
    assert state(cluster.run(INSTALLED)) is WorkState.DONE
    cluster.write("tmp/lacks", "")
    found = cluster.run(INSTALLED)
    assert (state(found), found.stdout) == (WorkState.PARTIAL, "storage lacks an object\n")


def test_a_manifest_that_could_not_be_compared_still_is_later(cluster: Box) -> None:
    cluster.write("tmp/differs", "2")
    assert cluster.run(INSTALL).returncode == 0
    cluster.write("tmp/differs", "1")
    assert "is not as its manifest says" in cluster.run(INSTALLED).stdout


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("differs", "1", "not as its manifest says"),
        ("differs", "2", "cannot be asked for"),
        ("waits", "Waiting for rollout", "is not ready: Waiting for rollout"),
        ("classes", "local-path \n", "the storage class local-path is not the default"),
    ],
)
def test_what_somebody_changed_is_found(cluster: Box, file: str, text: str, said: str) -> None:
    assert cluster.run(INSTALL).returncode == 0
    cluster.write(f"tmp/{file}", text)
    found = cluster.run(INSTALLED)
    assert (state(found), said in found.stdout) == (WorkState.PARTIAL, True)


def test_a_removal_deletes_by_the_file_that_made_it(cluster: Box) -> None:
    cluster.run(INSTALL)
    cluster.called("kubectl")
    assert state(cluster.run(REMOVED)) is WorkState.ABSENT
    assert cluster.run(REMOVAL).returncode == 0
    assert not (cluster.root / FILE).parent.exists()
    (deleted,) = [call for call in cluster.called("kubectl") if call.startswith("kubectl delete")]
    assert f"--filename={cluster.root}/{FILE} --ignore-not-found" in deleted
    assert state(cluster.run(REMOVED)) is WorkState.DONE
    # a second time, there is nothing to do
    assert cluster.run(REMOVAL).returncode == 0
    assert not any(call.startswith("kubectl delete") for call in cluster.called("kubectl"))


def test_an_installation_that_was_cut_off_is_removed(cluster: Box) -> None:
    cluster.write(f"{FILE}.new", "kind: Namespace\n")
    assert state(cluster.run(REMOVED)) is WorkState.ABSENT
    assert cluster.run(REMOVAL).returncode == 0
    assert any(f"{FILE}.new" in call for call in cluster.called("kubectl delete"))
    assert state(cluster.run(REMOVED)) is WorkState.DONE


def test_claims_keep_the_provisioner(cluster: Box) -> None:
    cluster.run(INSTALL)
    cluster.write("tmp/claims", "shop/data shop/more ")
    refused = cluster.run(REMOVAL)
    assert refused.returncode == 1
    assert "volumes of it are in use: shop/data shop/more. Their data would be lost." in refused.stderr
    assert not any(call.startswith("kubectl delete") for call in cluster.called("kubectl"))
    assert (cluster.root / FILE).exists()


def test_a_delete_that_failed_is_done_again(cluster: Box) -> None:
    cluster.run(INSTALL)
    fails = cluster.write("tmp/fails", "")
    assert cluster.run(REMOVAL).returncode == 1
    assert state(cluster.run(REMOVED)) is WorkState.ABSENT
    fails.unlink()
    assert cluster.run(REMOVAL).returncode == 0
    assert state(cluster.run(REMOVED)) is WorkState.DONE


def test_only_idle_images_and_empty_folders_are_cleared(cluster: Box) -> None:
    values = {
        "FOLDERS": f"{cluster.root}/opt/local-path-provisioner\n/none",
        "IMAGES": "provisioner:1\nbusybox:stable\ngone:1",
    }
    cleared, clear = Command(CLEAR_PROBE, values), Command(CLEAR_APPLY, values)
    cluster.write("tmp/images", "provisioner:1\nbusybox:stable\nother:1\n")
    cluster.write("tmp/used", "busybox:stable\n")
    (cluster.root / "opt/local-path-provisioner/empty").mkdir(parents=True)
    found = cluster.run(cleared)
    assert (state(found), "provisioner:1" in found.stdout) == (WorkState.ABSENT, True)
    assert cluster.run(clear).returncode == 0
    assert (cluster.root / "tmp/images").read_text() == "busybox:stable\nother:1\n"
    assert not (cluster.root / "opt/local-path-provisioner").exists()
    assert state(cluster.run(cleared)) is WorkState.DONE


def test_a_folder_with_files_stays(cluster: Box) -> None:
    values = {"FOLDERS": f"{cluster.root}/opt/local-path-provisioner", "IMAGES": ""}
    kept = cluster.write("opt/local-path-provisioner/pvc-1/model", "weights")
    assert state(cluster.run(Command(CLEAR_PROBE, values))) is WorkState.DONE
    assert cluster.run(Command(CLEAR_APPLY, values)).returncode == 0
    assert kept.read_text() == "weights"
