"""The policy's scripts in a real bash: what is applied and removed, and how a call is told to be blocked."""

import json
import socket
from dataclasses import replace

import pytest

from kubetui.steps.cluster.proof import commands
from tests.steps.box import Box
from tests.steps.cluster.proof.test_scripts import NAME, tcp

KUBECTL = 'printf "kubectl %s\\n" "$*" >>"$ROOT/calls"; [[ $1 != apply ]] || cat >"$ROOT/applied"'


@pytest.fixture
def node(box: Box) -> Box:
    """Return a box in which entering a pod's network stays in this host's."""
    box.program("nsenter", 'while [[ $1 == --* || $1 =~ ^[0-9]+$ ]]; do shift; done; exec "$@"')
    return box


def tried(box: Box, port: int, wanted: str) -> str:
    command = commands.tried(1, "127.0.0.1", wanted)
    done = box.run(replace(command, values={**command.values, "PORT": str(port), "LIMIT": "0"}))
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_an_answer_and_its_absence_are_told_apart(node: Box) -> None:
    with tcp(b"kubnode1\n") as port:
        assert tried(node, port, "answered") == "answered"
        assert tried(node, port, "blocked") == "answered"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert tried(node, closed.getsockname()[1], "blocked") == "blocked"
        assert tried(node, closed.getsockname()[1], "answered") == "blocked"


def test_a_policy_may_take_a_moment(node: Box) -> None:
    """The second look finds it."""
    node.program(
        "nsenter",
        'echo x >>"$ROOT/looks"; (($(wc -l <"$ROOT/looks") > 1)) || { echo kubnode1; exit; }; exit 1',
    )
    command = commands.tried(1, "127.0.0.1", "blocked")
    done = node.run(replace(command, values={**command.values, "LIMIT": "5"}))
    assert done.stdout.strip() == "blocked"


def test_the_policy_closes_one_pod_and_a_timer_removes_it(box: Box) -> None:
    box.program("kubectl", KUBECTL)
    box.program("systemctl", "exit 3")
    box.program("systemd-run", 'printf "systemd-run %s\\n" "$*" >>"$ROOT/calls"')
    done = box.run(commands.deny(NAME, "kubnode2"))
    assert done.returncode == 0, done.stderr
    applied = json.loads((box.root / "applied").read_text())
    assert applied["kind"] == "NetworkPolicy"
    assert applied["spec"]["policyTypes"] == ["Ingress"]
    assert "ingress" not in applied["spec"]
    assert applied["spec"]["podSelector"]["matchLabels"]["kubetui/policy"] == "denied"
    calls = (box.root / "calls").read_text()
    assert "--field-selector=spec.nodeName=kubnode2 --overwrite kubetui/policy=denied" in calls
    assert f"app.kubernetes.io/instance!={NAME}" in calls
    assert f"--unit={NAME}-policy --on-active={commands.LIFE}" in calls
