"""The exercises: their texts, and their checks in a real bash with a kubectl that answers from a list."""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from kubetui.explain import exercises as module
from kubetui.explain.exercises import EXERCISES, WORKER, Exercise, exercises
from kubetui.remote.command import Command

CHECKS = Path(module.__file__).parent / "checks"
KUBECTL = """#!/bin/bash
while IFS='|' read -r words answer; do
  [[ " $* " == *" $words "* ]] && { printf '%b' "$answer"; exit 0; }
done <"$(dirname "$0")/answers"
exit 0
"""
READY = "kubmaster   Ready   control-plane\\nkubnode1   NotReady   <none>\\n"
PROOFS: Mapping[str, tuple[Mapping[str, str], str, Mapping[str, str], str]] = {
    "nodes": ({"get nodes": READY}, "Ready: 1 of 2 nodes", {"get nodes": "a   NotReady   <none>\\n"}, ""),
    "pod": ({"get pod hello": "Running"}, "the pod hello: Running", {}, "the pod hello: not there"),
    "deployment": (
        {"get deployment web": "3"},
        "3 pods of the deployment web are ready, 3 are wanted",
        {"get deployment web": "2"},
        "2 pods",
    ),
    "comes-back": (
        {"get events": "hello web-5d7f-x2x", "get deployment web": "3"},
        "a pod was deleted, and 3 pods of web are ready",
        {"get events": "hello", "get deployment web": "3"},
        "no pod of web was deleted in the last hour",
    ),
    "drain": (
        {"get events": "event/kubnode1.17"},
        "kubnode1 was drained, and takes pods again",
        {"get events": "event/kubnode1.17", "get node": "true"},
        "kubnode1 is drained: uncordon it",
    ),
    "taint": ({"get node kubnode1": "a lesson"}, "taints of kubnode1: a lesson", {}, "taints of kubnode1: none"),
    "dns": (
        {"get events": "Scaled down replica set coredns-674 from 2 to 0\\n", "get deployment coredns": "2"},
        "DNS was broken, and 2 pods of CoreDNS are ready again",
        {"get events": "Scaled up replica set coredns-674 from 0 to 2\\n", "get deployment coredns": "2"},
        "CoreDNS was not scaled to 0 in the last hour",
    ),
}
"""Of each check that asks kubectl alone: answers with which it is done, what it says, and others."""


def checked(name: str, answers: Mapping[str, str], folder: Path) -> tuple[int, str]:
    """Run a check; return its exit code and what it says."""
    program = folder / "kubectl"
    program.write_text(KUBECTL)
    program.chmod(0o755)
    (folder / "answers").write_text("".join(f"{words}|{answer}\n" for words, answer in answers.items()))
    exercise = next(each for each in EXERCISES if each.name == name)
    command = Command(exercise.check, {WORKER: "kubnode1"} if exercise.worker else {})
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash"], input=command.render(), env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", PROOFS)
def test_a_check_tells_done_from_not_done(name: str, tmp_path: Path) -> None:
    done, said, others, reason = PROOFS[name]
    code, text = checked(name, done, tmp_path)
    assert (code, text.strip()) == (0, said)
    code, text = checked(name, others, tmp_path)
    assert code != 0
    assert reason in text


def test_there_are_ten_and_each_has_its_check() -> None:
    names = [each.name for each in EXERCISES]
    assert len(names) == len(set(names)) >= 10
    assert {path.stem for path in CHECKS.glob("*.sh")} == set(names)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda each: each.name)
def test_an_exercise_is_short_and_complete(exercise: Exercise) -> None:
    assert len(exercise.title) <= 36
    assert 10 <= len(exercise.text.split()) <= 60
    assert "!" not in exercise.text
    assert exercise.commands
    assert all(command == command.strip() and "\n" not in command for command in exercise.commands)
    assert bool(exercise.undo) is not exercise.looks


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda each: each.name)
def test_a_check_only_reads(exercise: Exercise) -> None:
    verbs = re.findall(r"kubectl (?:--\S+ )*(\S+)", exercise.check)
    assert set(verbs) <= {"get"}
    assert not re.search(r"\b(rm|mv|tee|systemctl|put)\b|>>? ?/", exercise.check)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda each: each.name)
def test_only_those_about_a_worker_name_one(exercise: Exercise) -> None:
    named = [WORKER in text for text in (*exercise.commands, exercise.check)]
    assert any(named) is bool(exercise.worker)


def test_a_worker_stands_in_every_command() -> None:
    drain = next(each for each in exercises(["kubnode1", "kubnode2"]) if each.name == "drain")
    assert drain.commands[0].startswith("kubectl drain kubnode1 ")
    assert drain.undo == "kubectl uncordon kubnode1"
    assert drain.worker == "kubnode1"


def test_a_cluster_without_workers_has_no_exercise_about_one() -> None:
    assert {each.name for each in EXERCISES} - {each.name for each in exercises([])} == {"drain", "taint"}
