"""Explains warnings of kubeadm's preflight checks, each once in a run, however many machines show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from kubetui.engine.step import Task

EXPLAINED: Final[Mapping[str, str]] = {
    "[WARNING ContainerRuntimeVersion]": "kubeadm warns of the container runtime: the cluster works, but Kubernetes "
    "1.38 will not take a runtime this old. For a newer one, put runtime_packages: upstream in the profile of the next "
    "cluster",
}
"""What a warning means and what to do about it, by the mark of its check."""


def explaining(task: Task) -> Task:
    """Return the task with a log that explains kubeadm's warnings."""

    def log(text: str) -> None:
        task.log(text)
        for mark, explanation in EXPLAINED.items():
            if mark in text:
                task.say_once(explanation)

    return replace(task, log=log)
