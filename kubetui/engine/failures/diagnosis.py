"""Recognises the likely cause of a failed step in its last lines. The patterns come from real output."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kubetui.base.net import trust
from kubetui.engine.failures import preflight
from kubetui.engine.failures.preflight import Cause


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression and the cause that it shows; `{0}`, `{1}` in the cause's texts are its groups."""

    expression: re.Pattern[str]
    cause: Cause


def _pattern(expression: str, id: str, message: str, fix: str) -> Pattern:  # noqa: A002
    return Pattern(re.compile(expression), Cause(id, message, fix))


PATTERNS: tuple[Pattern, ...] = (
    _pattern(
        r"^E: Could not get lock (\S+?)\.? It is held by process (\d+(?: \([^)]+\))?)",
        "APT-LOCK",
        "apt could not get its lock: process {1} held {0} for 5 minutes.",
        "That process usually ends by itself: try again in a minute.",
    ),
    _pattern(
        r"error: (\S+) has (\d+) MiB free, and this step needs (\d+)",
        "DISK-FULL",
        "{0} has {1} MiB free, and this step needs {2} MiB.",
        "Free some space in the machine, or choose a box with a larger disk; then run the same command again.",
    ),
    _pattern(
        r"No space left on device|You don't have enough free space in",
        "DISK-FULL",
        "the machine's disk is full.",
        "Free some space in it, or choose a box with a larger disk.",
    ),
    _pattern(
        r"error: the key at (\S+) has expired",
        "KEY-EXPIRED",
        "the key at {0} has expired.",
        "Choose a newer Kubernetes version; keys of old repositories are not renewed.",
    ),
    _pattern(
        r"EXPKEYSIG ([0-9A-F]{8,40})",
        "KEY-EXPIRED",
        "the key {0} of a package repository has expired.",
        "Choose a newer Kubernetes version; keys of old repositories are not renewed.",
    ),
    _pattern(
        r"error: (the key at .* expected)",
        "KEY-WRONG",
        "{0}.",
        "Find out why before you continue; then correct the mirror's fingerprint (mirrors, in the profile).",
    ),
    _pattern(
        r"BADSIG ([0-9A-F]{8,40})",
        "SIGNATURE-WRONG",
        "the content of a package repository changed after it was signed with the key {0}.",
        "Find out why before you continue: something between this machine and the mirror changes the data.",
    ),
    # apt 3 has Sequoia's sqv look at signatures, and no gpgv any more
    _pattern(
        r"OpenPGP signature verification failed: (\S+) .*Message has been manipulated",
        "SIGNATURE-WRONG",
        "what {0} offers was changed after it was signed.",
        "Do not go on before you know why: something between here and the mirror changes what it sends.",
    ),
    # dnf says the same of another key and of a changed list
    _pattern(
        r"Failed to download metadata for repo '([^']+)': repomd.xml GPG signature verification error",
        "SIGNATURE-WRONG",
        "the lists of the repository {0} are not signed with its key, or were changed afterwards.",
        "Check mirrors.packages in the profile: url and key must belong together. If they do, something changes data.",
    ),
    _pattern(
        r"(?:NO_PUBKEY|The following signatures.*|sqv .* Missing key)\s+([0-9A-F]{8,40})",
        "KEY-MISSING",
        "a package repository is signed with the key {0}, which is not the one that belongs to it.",
        "Check mirrors.packages in the profile: url and key must belong together.",
    ),
    _pattern(
        r"E: The repository '(\S+) (\S+) \w+' does not have a Release file",
        "RELEASE-MISSING",
        "the repository {0} has no packages for this system's release ({1}).",
        "Choose another box; or, for the container runtime's, put runtime_packages: distribution under kubernetes in "
        "the profile.",
    ),
    _pattern(
        r"E: Version '([^']+)' for '([^']+)' was not found",
        "VERSION-MISSING",
        "the repository does not offer {1} {0}.",
        "Choose a version that the repository offers, or only the minor version, such as 1.37.",
    ),
    _pattern(
        r"E: Release file for (\S+) is not valid yet \(invalid for another ([^)]+)\)",
        "CLOCK",
        "the machine's clock is {1} behind what {0} says.",
        "Run the same command again: it sets the clock first.",
    ),
    # curl; apt 2; apt 3 and Python; Go; and dnf, which does not say who
    _pattern(
        trust.UNKNOWN_TO_CURL + r"|The certificate is NOT trusted\. The certificate issuer is unknown"
        r"|certificate verify failed(?! *: certificate (?:has expired|is not yet valid))"
        r"|x509: certificate signed by unknown authority"
        r"|Curl error \(60\): SSL peer certificate or SSH remote key was not OK",
        "CA-UNKNOWN",
        "nobody whom the machine trusts signed the certificate of a mirror or registry.",
        trust.ADVICE,
    ),
    _pattern(
        r"x509: certificate has expired or is not yet valid: (current time \S+ is (?:before|after) \S+)",
        "CLOCK",
        "a certificate is not valid at the machine's time: {0}.",
        "If the machine's clock is wrong, run the same command again: it sets the clock first.",
    ),
    _pattern(
        r"E: Failed to fetch (\S+)\s+(?:Hash Sum mismatch|File has unexpected size)",
        "PACKAGE-CHANGED",
        "{0} is not the file that the repository signed.",
        "Find out why before you continue: the mirror may be half updated, or something changes its data.",
    ),
    _pattern(
        r"(\S+): Downloading successful, but checksum doesn't match",
        "PACKAGE-CHANGED",
        "{0} is not the file that the repository signed.",
        "Find out why before you continue: the mirror may be half updated, or something changes its data.",
    ),
    _pattern(
        r"Public key for (\S+) is not installed",
        "KEY-MISSING",
        "a package is not signed with the key that belongs to its repository: {0}.",
        "Check mirrors.packages in the profile: url and key must belong together.",
    ),
    _pattern(
        r"No match for argument: (kubelet|kubeadm|kubectl)-(\S+)",
        "VERSION-MISSING",
        "the repository does not offer {0} {1}.",
        "Choose a version that the repository offers, or only the minor version, such as 1.37.",
    ),
    _pattern(
        r"E: (Failed to fetch \S+.*)",
        "APT-FETCH",
        "{0}",
        "Check that the mirror answers; then run the same command again.",
    ),
    _pattern(
        r"error: (\S+ has the SHA-256 \S+, and \S+ is expected)",
        "PACKAGE-CHANGED",
        "{0}.",
        "Find out why before you continue; if it is a mirror's own archive, put its checksum into the profile.",
    ),
    _pattern(
        r"error: (\S+ cannot be fetched from \S+)",
        "ARCHIVE-FETCH",
        "{0}.",
        "Check that the machine reaches it, or name a mirror in the profile; then run the same command again.",
    ),
    _pattern(
        r"error: image (\S+) cannot be pulled from (\S+)",
        "IMAGE-PULL",
        "the image {0} cannot be pulled from {1}.",
        "Check that it answers, also from inside the machine; then run the same command again.",
    ),
    _pattern(
        r"error: the control plane cannot be reached at (\S+) from here: (.+)",
        "CONTROL-PLANE-UNREACHABLE",
        "the machine cannot reach the control plane at {0}: {1}.",
        "Check the private network between the machines and any packet filters; then run the same command again.",
    ),
    _pattern(
        r'a Node with name "(\S+)" and status "Ready" already exists in the cluster',
        "NODE-EXISTS",
        "the cluster still lists a Ready node {0}, left by an interrupted join.",
        "Within a minute it stops being Ready: then run the same command again. Or: kubectl delete node {0}",
    ),
    _pattern(
        r"failed to run Kubelet: running with swap on is not supported",
        "SWAP",
        "swap is on in the machine, so the kubelet does not start.",
        "Run the same command again: it turns swap off. If swap comes back, swapon --show lists its devices.",
    ),
    _pattern(
        r"timed out waiting for the condition|is not healthy after \d|context deadline exceeded",
        "KUBEADM-TIMEOUT",
        "kubeadm timed out waiting for the kubelet and the control plane.",
        "The kubelet's last lines are below; on a slow host give kubeadm more time with a patch (timeouts).",
    ),
    _pattern(
        r"nodePort: Invalid value: (\d+): provided port is already allocated",
        "NODE-PORT-TAKEN",
        "another service of the cluster has the NodePort {0} already.",
        "Free it (kubectl get services -A shows whose it is), or give the add-on another: port, in the profile.",
    ),
    _pattern(r"^error: (.+)", "STEP", "{0}", ""),
)

NONE = Cause("STEP", "", "")


def diagnose(lines: Iterable[str]) -> Cause:
    """Return the first cause in the table that a step's last lines show, or NONE.

    When kubeadm's preflight failed, return the findings of all its checks instead.
    """
    text = list(lines)
    failed = preflight.failed_checks(text)
    if failed is not None:
        return failed
    for pattern in PATTERNS:
        for line in reversed(text):
            match = pattern.expression.search(line)
            if match:
                cause = pattern.cause
                return Cause(cause.id, cause.message.format(*match.groups()), cause.fix.format(*match.groups()))
    return NONE
