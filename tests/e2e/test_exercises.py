"""The exercises on a real cluster: their commands work as they stand, and their checks tell done from not done."""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Callable
from functools import partial

import pytest

from kubetui.cluster.tables import ADMIN
from kubetui.explain.exercises import WORKER, Exercise, exercises
from kubetui.remote.command import Command
from tests.e2e.conftest import Lab, Maker
from tests.e2e.faults import Container

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

FIRST, NODE1 = "kubmaster", "kubnode1"
LOOKUP = ("nslookup kubernetes.default", "getent hosts kubernetes.default")
"""The rig's busybox is a small Debian, which has no nslookup."""
VARIABLE = re.compile(r"[a-z]+=")
ALL = exercises([NODE1])


@pytest.fixture(scope="module")
def lab(make: Maker) -> Lab:
    lab = make("learn")
    lab.up()
    return lab


def until(succeeds: Callable[[], tuple[bool, str]], seconds: float = 120) -> str:
    """Try until it succeeds; return what it says."""
    end = time.monotonic() + seconds
    while True:
        done, said = succeeds()
        if done:
            return said
        assert time.monotonic() < end, said
        time.sleep(1)


def checked(lab: Lab, exercise: Exercise) -> tuple[bool, str]:
    """Run a check as the cluster's home does; return whether it is done and what it says."""
    values = {WORKER: exercise.worker} if exercise.worker else {}
    script = Command(ADMIN + exercise.check, values).render()
    said = Container(lab, FIRST).inside(f"code=0; bash -c {shlex.quote(script)} 2>&1 || code=$?; echo; echo $code")
    *lines, code = said.strip().splitlines()
    return code == "0", f"{exercise.name}: {code}: {' '.join(lines)}"


def in_shell(lab: Lab, command: str) -> tuple[int, str]:
    """Type a command into a shell of this host that has the cluster's kubeconfig."""
    done = lab._run(("env", "no_proxy=*", "bash", "-c", command), check=False, timeout=300)
    return done.returncode, done.stdout + done.stderr


def succeeded(lab: Lab, command: str) -> tuple[bool, str]:
    """Type a command; return whether it worked and what it said."""
    code, said = in_shell(lab, command)
    return code == 0, f"{command}: {code}\n{said}"


def typed(lab: Lab, exercise: Exercise, command: str) -> None:
    """Type a command where the exercise says."""
    command = command.replace(*LOOKUP)
    if exercise.where == "control plane":
        Container(lab, FIRST).inside(command)
    elif LOOKUP[1] in command:
        # a CoreDNS that ends still answers for some seconds
        until(lambda: (in_shell(lab, command)[0] != 0, "names are still found"))
    else:
        if "exec hello" in command:
            lab.kubectl("wait", "--for=condition=Ready", "pod/hello", "--timeout=120s")
        # a service takes a moment to reach the rules of every node, and a person would press the arrow key
        until(partial(succeeded, lab, command), 10 if "curl" in command else 0)


def test_every_exercise_is_done_by_its_commands_and_undone_by_its_undo(lab: Lab) -> None:
    for exercise in ALL:
        before, said = checked(lab, exercise)
        assert before is exercise.looks, f"before its commands: {said}"
        for number, command in enumerate(exercise.commands):
            # each command has a shell of its own here, and a person's shell keeps its variables
            variables = [each for each in exercise.commands[:number] if VARIABLE.match(each)]
            typed(lab, exercise, "; ".join((*variables, command)))
        until(partial(checked, lab, exercise))
    for exercise in reversed(ALL):
        if exercise.undo:
            # two exercises are undone by the same command, and a drained pod is gone already
            in_shell(lab, exercise.undo)
    found = lab.objects("pods", "deployments", "services")
    names = {item["metadata"]["name"] for item in found if not item["metadata"].get("deletionTimestamp")}
    assert not names & {"hello", "web", "hello-port"}
    assert "lesson" not in lab.kubectl("get", "node", NODE1, "-o", "jsonpath={.spec.taints[*].key}")
