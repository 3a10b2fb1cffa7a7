"""kubeadm's preflight checks, each said with what to do about it; kubeadm tells of all that failed at once.

Names and texts of the checks are kubeadm's own (kubernetes, cmd/kubeadm/app/preflight/checks.go).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Cause:
    """What the last lines of a step say: a stable id, what happened, and what to do."""

    id: str
    message: str
    fix: str


_FAILED: Final = re.compile(r"\[ERROR ([^]]+)\]: (.*)")
_SIZE: Final = "A machine keeps its size: kubetui destroy, then set machines.control_plane.%s to {1} or more."
_STRANGER: Final = "An earlier cluster may have left it. Look at what it is, and move it away."
_SETTING: Final = "The same command sets it again; if that does not last, look for what else sets it (/etc/sysctl.d)."

CHECKS: Final = (
    (
        r"Port-(\d+): ",
        Cause("PORT-TAKEN", "port {0} is taken on the machine.", "End what listens there (ss -ltnp shows it)."),
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
    (r"FileAvailable-\S*: (\S+) already exists", Cause("PREFLIGHT", "{0} is there already.", _STRANGER)),
    (
        r"FileExisting-\S*: (\S+) not found in system path",
        Cause("PREFLIGHT", "the program {0} is missing.", "Install the package that has it in the machine."),
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
            "Look in the machine why: journalctl --unit=containerd.",
        ),
    ),
    (
        r"SystemVerification: (.*)",
        Cause("PREFLIGHT", "the machine's system does not fit: {0}", "Take another box, with a newer kernel."),
    ),
    (
        r"KubeletVersion: (.*)",
        Cause(
            "PREFLIGHT",
            "the kubelet does not fit the control plane: {0}",
            "Look at kubernetes.version and mirrors.packages: both come from the same repository.",
        ),
    ),
    (
        r"ImagePull: failed to pull image (\S+): ",
        Cause(
            "IMAGE-PULL",
            "the image {0} cannot be pulled.",
            "Look whether its registry can be reached from the machine; the same command goes on from here.",
        ),
    ),
    (
        r"(.+?): (.*)",
        Cause("PREFLIGHT", "kubeadm's check {0} failed: {1}", "Put that right; the same command tries again."),
    ),
)
"""What stands for a check and its text, the first that fits; `{0}`, `{1}` are the groups found."""


def failed_checks(lines: Iterable[str]) -> Cause | None:
    """Return what every check that failed says, as one cause; None where none did."""
    failed = (match for line in lines if (match := _FAILED.search(line)))
    causes = list(dict.fromkeys(_cause(f"{match[1]}: {match[2]}") for match in failed))
    if len(causes) < 2:  # noqa: PLR2004
        return next(iter(causes), None)
    ids, fixes = {cause.id for cause in causes}, list(dict.fromkeys(cause.fix for cause in causes))
    return Cause(
        ids.pop() if len(ids) == 1 else "PREFLIGHT",
        f"kubeadm's checks found {len(causes)} things: {_numbered(cause.message for cause in causes)}",
        fixes[0] if len(fixes) == 1 else _numbered(cause.fix for cause in causes),
    )


def _cause(said: str) -> Cause:
    cause, found = next((cause, match.groups()) for check, cause in CHECKS if (match := re.match(check, said)))
    return Cause(cause.id, cause.message.format(*found), cause.fix.format(*found))


def _numbered(texts: Iterable[str]) -> str:
    return " ".join(f"({number}) {text}" for number, text in enumerate(texts, 1))
