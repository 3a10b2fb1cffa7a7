"""A kubelet is told to ask for its certificate, and to sign it itself again, with nothing left over."""

from __future__ import annotations

import hashlib

import pytest

from kubetui.engine.step import WorkState
from kubetui.remote.command import Command
from kubetui.steps.cluster.serving.recipes import SERVING_APPLY, SERVING_PROBE, WITHDRAW, WITHDRAWN_PROBE
from tests.steps.box import Box, state

CONFIG = "var/lib/kubelet/config.yaml"
TEXT = "apiVersion: kubelet.config.k8s.io/v1beta1\ncgroupDriver: systemd\nserializeImagePulls: true\n"
MARK = "var/lib/kubetui/join.done"
ASK, ASKS = Command(SERVING_APPLY), Command(SERVING_PROBE)
BACK, IS_BACK = Command(WITHDRAW), Command(WITHDRAWN_PROBE)


def vouching(box: Box, text: str) -> str:
    return f"{hashlib.sha256(text.encode()).hexdigest()}  {box.root}/{CONFIG}\n"


@pytest.fixture
def node(box: Box) -> Box:
    box.write(CONFIG, TEXT)
    box.write(MARK, vouching(box, TEXT))
    box.write("var/lib/kubelet/pki/kubelet.crt", "own")
    return box


def test_it_asks_and_signs_itself_again(node: Box) -> None:
    assert state(node.run(ASKS)) is WorkState.ABSENT
    done = node.run(ASK)
    assert done.returncode == 0, done.stderr
    told = (node.root / CONFIG).read_text()
    assert told == f"{TEXT}serverTLSBootstrap: true\n"
    # what vouches for kubeadm's files does so for this change, too
    assert (node.root / MARK).read_text() == vouching(node, told)
    assert node.called("systemctl") == ["systemctl restart kubelet"]
    assert state(node.run(ASKS)) is WorkState.DONE

    node.write("var/lib/kubelet/pki/kubelet-server-current.pem", "signed")
    assert state(node.run(IS_BACK)) is WorkState.PARTIAL
    done = node.run(BACK)
    assert done.returncode == 0, done.stderr
    assert (node.root / CONFIG).read_text() == TEXT
    assert (node.root / MARK).read_text() == vouching(node, TEXT)
    assert [each.name for each in (node.root / "var/lib/kubelet/pki").iterdir()] == ["kubelet.crt"]
    assert state(node.run(IS_BACK)) is WorkState.DONE


def test_another_value_is_replaced(node: Box) -> None:
    node.write(CONFIG, f"serverTLSBootstrap: false\n{TEXT}")
    node.run(ASK)
    assert (node.root / CONFIG).read_text() == f"{TEXT}serverTLSBootstrap: true\n"


def test_a_change_of_somebody_else_stays_one(node: Box) -> None:
    """Otherwise kubetui would vouch for what it has not seen."""
    node.write(CONFIG, f"{TEXT}maxPods: 5\n")
    node.run(ASK)
    assert (node.root / MARK).read_text() == vouching(node, TEXT)


def test_a_kubelet_that_was_not_started_anew_still_has_to_be(node: Box) -> None:
    node.program("systemctl", "exit 1")
    assert node.run(ASK).returncode == 1
    found = node.run(ASKS)
    assert (state(found), "still has to be started" in found.stdout) == (WorkState.PARTIAL, True)
    node.program("systemctl")
    assert node.run(ASK).returncode == 0
    assert (node.root / CONFIG).read_text() == f"{TEXT}serverTLSBootstrap: true\n"
    assert state(node.run(ASKS)) is WorkState.DONE


def test_a_machine_that_is_no_node_yet_is_told(box: Box) -> None:
    done = box.run(ASK)
    assert (done.returncode, "is not a node yet" in done.stderr) == (1, True)
