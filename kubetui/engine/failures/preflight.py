"""Explains kubeadm's failed preflight checks, each with its fix; kubeadm reports all of them at once.

The names and texts of the checks are kubeadm's own (kubernetes, cmd/kubeadm/app/preflight/checks.go).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a step failed: a stable id, what happened, and how to fix it."""

    id: str
    message: str
    fix: str


_FAILED: Final = re.compile(r"\[ERROR ([^]]+)\]: (.*)")
_SIZE: Final = "Machines cannot be resized: run kubetui destroy, then set machines.control_plane.%s to {1} or more."
_STRANGER: Final = "An earlier cluster may have left it. Check what it is, and move it away."
_SETTING: Final = "The same command sets it again. If that does not last, find what else sets it (/etc/sysctl.d)."

CHECKS: Final = (
    (
        r"Port-(\d+): ",
        Cause(
            "PORT-TAKEN",
            "port {0} is taken on the machine.",
            "Stop what listens there (ss -ltnp shows it).",
        ),
    ),
    (
        r"NumCPU: the number of available CPUs (\d+) is less than the required (\d+)",
        Cause(
            "PREFLIGHT",
            "the machine has {0} CPU, and a control plane needs {1}.",
            _SIZE % "cpus",
        ),
    ),
    (
        r"Mem: the system RAM \((\d+) MB\) is less than the minimum (\d+) MB",
        Cause(
            "PREFLIGHT",
            "the machine has {0} MB of memory, and a control plane needs {1}.",
            _SIZE % "memory",
        ),
    ),
    (r"DirAvailable-\S*: (\S+) is not empty", Cause("PREFLIGHT", "{0} is not empty.", _STRANGER)),
    (r"FileAvailable-\S*: (\S+) already exists", Cause("PREFLIGHT", "{0} exists already.", _STRANGER)),
    (
        r"FileExisting-\S*: (\S+) not found in system path",
        Cause("PREFLIGHT", "the program {0} is missing.", "Install the package that provides it in the machine."),
    ),
    (
        r"FileContent-\S*: (\S+) contents are not set to (\S+)",
        Cause("PREFLIGHT", "{0} is not {1}.", _SETTING),
    ),
    (
        r"CRI: ",
        Cause(
            "PREFLIGHT",
            "the container runtime does not answer.",
            "Find out why in the machine: journalctl --unit=containerd, or crio, docker and cri-docker.",
        ),
    ),
    (
        r"ContainerRuntimeVersion: ",
        Cause(
            "PREFLIGHT",
            "the container runtime is too old for this version of Kubernetes.",
            "Run kubetui destroy, then put runtime_packages: upstream under kubernetes in the profile.",
        ),
    ),
    (
        r"SystemVerification: (.*)",
        Cause("PREFLIGHT", "the machine's system is not suitable: {0}", "Choose another box, with a newer kernel."),
    ),
    (
        r"KubeletVersion: (.*)",
        Cause(
            "PREFLIGHT",
            "the kubelet does not match the control plane: {0}",
            "Check kubernetes.version and mirrors.packages: both must come from the same repository.",
        ),
    ),
    (
        r"ImagePull: failed to pull image (\S+): ",
        Cause(
            "IMAGE-PULL",
            "the image {0} cannot be pulled.",
            "Check that the machine can reach its registry; then run the same command again.",
        ),
    ),
    (
        r"(.+?): (.*)",
        Cause("PREFLIGHT", "kubeadm's check {0} failed: {1}", "Fix that; then run the same command again."),
    ),
)
"""Patterns for "CHECK: TEXT" and their causes; the first match counts. `{0}`, `{1}` are the groups."""


def failed_checks(lines: Iterable[str]) -> Cause | None:
    """Return one cause for all failed checks; None if none failed."""
    failed = (match for line in lines if (match := _FAILED.search(line)))
    causes = list(dict.fromkeys(_cause(f"{match[1]}: {match[2]}") for match in failed))
    if len(causes) < 2:  # noqa: PLR2004
        return next(iter(causes), None)
    ids, fixes = {cause.id for cause in causes}, list(dict.fromkeys(cause.fix for cause in causes))
    return Cause(
        ids.pop() if len(ids) == 1 else "PREFLIGHT",
        f"kubeadm's preflight found {len(causes)} problems: {_numbered(cause.message for cause in causes)}",
        fixes[0] if len(fixes) == 1 else _numbered(cause.fix for cause in causes),
    )


def _cause(said: str) -> Cause:
    cause, found = next((cause, match.groups()) for check, cause in CHECKS if (match := re.match(check, said)))
    return Cause(cause.id, cause.message.format(*found), cause.fix.format(*found))


def _numbered(texts: Iterable[str]) -> str:
    return " ".join(f"({number}) {text}" for number, text in enumerate(texts, 1))
