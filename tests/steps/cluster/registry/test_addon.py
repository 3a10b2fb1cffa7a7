"""Whether the registry answers, and what keeps it, in a real bash with stand-ins for kubectl and curl."""

import pytest

from kubetui.engine.step import WorkState
from kubetui.remote.command import Command
from kubetui.software.addons import CATALOGUE
from kubetui.steps.cluster.addons.steps import ADDONS, REMOVE, REMOVE_PROBE
from tests.plans import plan
from tests.steps.box import Box, recipe, state

REGISTRY = CATALOGUE["registry"]
FILE = "etc/kubernetes/kubetui/addons/registry.yaml"
INSTALLED, INSTALL = recipe("addon-registry", plan(addons=["storage", "registry"]))
LACKS = Command(ADDONS + REGISTRY.answers + "addon_lacks\n")
REMOVAL = Command(ADDONS + REGISTRY.guard + REGISTRY.leaves + REMOVE, {"NAME": "registry"})
REMOVED = Command(REMOVE_PROBE, {"NAME": "registry"})
KUBECTL = """case $* in
  *'rollout status'*) echo 'it is successfully rolled out' ;;
  *'get service '*) echo 30500 ;;
  *'get nodes'*) cat "$TMPDIR/nodes" ;;
  *persistentvolumeclaim*) cat "$TMPDIR/volume" 2>/dev/null || true ;;
  *_catalog*) cat "$TMPDIR/catalogue" 2>/dev/null || { echo 'no endpoints available' >&2; exit 1; } ;;
  *persistentvolumes*) cat "$TMPDIR/leaves" 2>/dev/null || true ;;
esac"""
EMPTY = '{"repositories":[]}\n'


@pytest.fixture
def cluster(box: Box) -> Box:
    box.program("kubectl", KUBECTL)
    box.program("curl", 'for place in $(cat "$TMPDIR/dead" 2>/dev/null); do [[ $* != *"//$place/"* ]] || exit 22; done')
    box.write("tmp/nodes", "192.168.56.101 True\n192.168.56.102 True\n192.168.56.103 Unknown\n")
    return box


def deleted(cluster: Box) -> list[str]:
    return [call for call in cluster.called("kubectl") if call.startswith("kubectl delete")]


def test_it_answers_at_the_port_of_every_node_that_is_ready(cluster: Box) -> None:
    assert cluster.run(LACKS).stdout == ""
    asked = [call.split()[-1] for call in cluster.called("curl")]
    assert asked == ["http://192.168.56.101:30500/v2/", "http://192.168.56.102:30500/v2/"]
    cluster.write("tmp/dead", "192.168.56.102:30500")
    assert cluster.run(LACKS).stdout == "the registry does not answer at 192.168.56.102:30500\n"


def test_an_installation_waits_for_the_answer_of_each(cluster: Box) -> None:
    cluster.write("tmp/dead", "192.168.56.102:30500")
    cluster.program("sleep", 'rm -f "$TMPDIR/dead"')
    done = cluster.run(INSTALL)
    assert done.returncode == 0, done.stderr
    assert "waiting: the registry does not answer at 192.168.56.102:30500" in done.stdout
    assert state(cluster.run(INSTALLED)) is WorkState.DONE
    cluster.write("tmp/dead", "192.168.56.101:30500")
    assert state(cluster.run(INSTALLED)) is WorkState.PARTIAL


@pytest.mark.parametrize(
    ("catalogue", "said"),
    [
        ('{"repositories":["own/model","web"]}\n', "images are in it: own/model,web. They would be lost."),
        ("<html>\n", "nobody knows which images are in its volume (<html>). They would be lost."),
        (None, "nobody knows which images are in its volume (it does not answer: no endpoints available)."),
    ],
)
def test_images_keep_it(cluster: Box, catalogue: str | None, said: str) -> None:
    cluster.run(INSTALL)
    cluster.write("tmp/volume", "pvc-1")
    if catalogue:
        cluster.write("tmp/catalogue", catalogue)
    refused = cluster.run(REMOVAL)
    assert refused.returncode == 1
    assert said in refused.stderr
    assert "delete deployment/registry persistentvolumeclaim/registry; then remove the registry again" in refused.stderr
    assert deleted(cluster) == []
    assert (cluster.root / FILE).exists()


@pytest.mark.parametrize(("volume", "catalogue"), [("pvc-1", EMPTY), ("", "")])
def test_without_images_or_without_a_volume_it_goes(cluster: Box, volume: str, catalogue: str) -> None:
    cluster.run(INSTALL)
    cluster.write("tmp/volume", volume)
    cluster.write("tmp/catalogue", catalogue)
    done = cluster.run(REMOVAL)
    assert done.returncode == 0, done.stderr
    (call,) = deleted(cluster)
    assert FILE in call
    assert state(cluster.run(REMOVED)) is WorkState.DONE


def test_a_claim_that_cannot_be_asked_for_keeps_it(cluster: Box) -> None:
    cluster.run(INSTALL)
    cluster.program("kubectl", "[[ $* != *persistentvolumeclaim* ]] || exit 1")
    assert cluster.run(REMOVAL).returncode != 0
    assert deleted(cluster) == []
    assert (cluster.root / FILE).exists()


def test_its_removal_ends_once_its_volume_is_gone(cluster: Box) -> None:
    cluster.run(INSTALL)
    cluster.write("tmp/leaves", "persistentvolume/pvc-1\n")
    cluster.program("sleep", 'rm "$TMPDIR/leaves"')
    assert cluster.run(REMOVAL).returncode == 0
    assert cluster.called("sleep") == ["sleep 1"]
    assert not (cluster.root / FILE).exists()


def test_a_volume_that_cannot_be_asked_for_is_not_taken_for_gone(cluster: Box) -> None:
    cluster.run(INSTALL)
    leaves = Command(ADDONS + REGISTRY.leaves + "addon_leaves\n")
    assert cluster.run(leaves).stdout == ""
    cluster.program("kubectl", "exit 1")
    assert cluster.run(leaves).stdout == "volumes, which cannot be asked for\n"
