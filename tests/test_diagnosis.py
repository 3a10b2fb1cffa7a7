"""Causes recognised in what apt, kubeadm and kubetui's own scripts really print."""

from pathlib import Path

import pytest

from kubetui.diagnosis import NONE, PATTERNS, explain

CASES = [
    (
        "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1234 (unattended-upgr)",
        "APT-LOCK",
        "apt could not get its lock: process 1234 (unattended-upgr) held /var/lib/dpkg/lock-frontend for 5 minutes.",
    ),
    (
        "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 77",
        "APT-LOCK",
        "apt could not get its lock: process 77 held /var/lib/apt/lists/lock for 5 minutes.",
    ),
    ("tar: etc/x: Cannot write: No space left on device", "DISK-FULL", "the machine's disk is full."),
    (
        "error: /var/lib/containerd has 12 MiB free, and this step needs 900",
        "DISK-FULL",
        "/var/lib/containerd has 12 MiB free, and this step needs 900 MiB.",
    ),
    (
        (
            "E: Release file for http://deb.example.org/dists/bookworm/InRelease is not valid yet (invalid for another "
            "13h 2min 5s). Updates for this repository will not be applied."
        ),
        "CLOCK",
        "the machine's clock is 13h 2min 5s behind what http://deb.example.org/dists/bookworm/InRelease says.",
    ),
    (
        (
            'Get "https://192.168.56.101:6443/": x509: certificate has expired or is not yet valid: current time '
            "2026-11-21T08:00:00Z is before 2026-11-22T08:00:00Z"
        ),
        "CLOCK",
        (
            "a certificate does not hold at the machine's time: current time 2026-11-21T08:00:00Z is before "
            "2026-11-22T08:00:00Z."
        ),
    ),
    (
        "E: You don't have enough free space in /var/cache/apt/archives/.",
        "DISK-FULL",
        "the machine's disk is full.",
    ),
    (
        "error: the key at https://pkgs.k8s.io/core:/stable:/v1.24/deb/Release.key has expired, so x",
        "KEY-EXPIRED",
        "the key at https://pkgs.k8s.io/core:/stable:/v1.24/deb/Release.key has expired.",
    ),
    (
        (
            "W: GPG error: https://prod-cdn.packages.k8s.io/repositories/isv:/kubernetes:/core:/stable:/v1.28/deb "
            " InRelease: The following signatures were invalid: EXPKEYSIG 234654DA9A296436 isv:kubernetes OBS Project "
            "<isv:kubernetes@build.opensuse.org>"
        ),
        "KEY-EXPIRED",
        "the key 234654DA9A296436 of a package repository has expired.",
    ),
    (
        "error: the key at http://mirror/Release.key is AAAA, and the profile wants BBBB",
        "KEY-WRONG",
        "the key at http://mirror/Release.key is AAAA, and the profile wants BBBB",
    ),
    (
        (
            "W: GPG error: http://10.0.3.1:8080/v1.20/deb  InRelease: The following signatures couldn't be "
            "verified because the public key is not available: NO_PUBKEY 234654DA9A296436"
        ),
        "KEY-MISSING",
        "a package repository is signed with the key 234654DA9A296436, which is not the one that belongs to it.",
    ),
    (
        (
            "W: GPG error: http://mir/deb  InRelease: The following signatures were invalid: BADSIG 234654DA9A296436 "
            "isv:kubernetes OBS Project <isv:kubernetes@build.opensuse.org>"
        ),
        "SIGNATURE-WRONG",
        "what a package repository offers was changed after it was signed with the key 234654DA9A296436.",
    ),
    (
        "E: Version '1.36.99-*' for 'kubelet' was not found",
        "VERSION-MISSING",
        "the repository has no kubelet 1.36.99-*.",
    ),
    (
        "E: Failed to fetch http://mirror/p/kubelet_1.36.1-1.1_amd64.deb  Hash Sum mismatch",
        "PACKAGE-CHANGED",
        "http://mirror/p/kubelet_1.36.1-1.1_amd64.deb is not the file that the repository has signed.",
    ),
    (
        "E: Failed to fetch http://mirror/debian/runc_1.deb  503  Service Unavailable [IP: 10.0.3.1 8080]",
        "APT-FETCH",
        "Failed to fetch http://mirror/debian/runc_1.deb  503  Service Unavailable [IP: 10.0.3.1 8080]",
    ),
    (
        "error: image registry.k8s.io/pause:3.10 cannot be pulled",
        "IMAGE-PULL",
        "the image registry.k8s.io/pause:3.10 cannot be pulled.",
    ),
    (
        "error: the control plane cannot be reached at 192.168.56.101:6443 from here: its SSH answers, so something",
        "CONTROL-PLANE-UNREACHABLE",
        "it does not reach the control plane at 192.168.56.101:6443: its SSH answers, so something.",
    ),
    ("    [ERROR Port-6443]: Port 6443 is in use", "PORT-TAKEN", "port 6443 is taken on the machine."),
    (
        "    [ERROR NumCPU]: the number of available CPUs 1 is less than the required 2",
        "PREFLIGHT",
        "kubeadm's check NumCPU failed: the number of available CPUs 1 is less than the required 2",
    ),
    (
        "    [ERROR FileAvailable--etc-kubernetes-pki-ca.crt]: /etc/kubernetes/pki/ca.crt already exists",
        "PREFLIGHT",
        "kubeadm's check FileAvailable--etc-kubernetes-pki-ca.crt failed: /etc/kubernetes/pki/ca.crt already exists",
    ),
    (
        "couldn't initialize a Kubernetes cluster: timed out waiting for the condition",
        "KUBEADM-TIMEOUT",
        "kubeadm waited in vain for the kubelet and the control plane.",
    ),
    (
        "[kubelet-check] Initial timeout of 40s passed.",
        "KUBEADM-TIMEOUT",
        "kubeadm waited in vain for the kubelet and the control plane.",
    ),
    (
        "error: failed while waiting for the kube-apiserver: context deadline exceeded",
        "KUBEADM-TIMEOUT",
        "kubeadm waited in vain for the kubelet and the control plane.",
    ),
    ("error: there is no user vagrant", "STEP", "there is no user vagrant"),
]


@pytest.mark.parametrize(("line", "identity", "message"), CASES, ids=[case[1] for case in CASES])
def test_a_cause_is_recognised_among_other_lines(line: str, identity: str, message: str) -> None:
    cause = explain(["Reading package lists...", line, "", "and something after it"])
    assert (cause.id, cause.message) == (identity, message)
    assert "{" not in cause.fix


def test_every_pattern_has_a_case() -> None:
    for pattern in PATTERNS:
        assert any(pattern.expression.search(line) for line, _, _ in CASES), pattern.expression.pattern


def test_waiting_for_a_lock_that_came_is_no_cause() -> None:
    lock = "Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1 (apt-get)"
    waited = f"Waiting for cache lock: {lock}... 4s"
    assert explain([waited, "E: Version '1' for 'kubelet' was not found"]).id == "VERSION-MISSING"


def test_the_last_of_several_is_told() -> None:
    lines = ["error: first", "error: second"]
    assert explain(lines).message == "second"


def test_what_nobody_knows_has_no_message() -> None:
    assert explain(["nothing", "known"]) == NONE
    assert explain([]) == NONE


def test_braces_in_output_are_only_text() -> None:
    assert explain(["error: {0} {x} %s"]).message == "{0} {x} %s"


APT = [
    ("libapt-pkg.so", b"Could not get lock %s. It is held by process %d (%s)"),
    ("libapt-pkg.so", b"Waiting for cache lock: %s"),
    ("libapt-pkg.so", b"Version '%s' for '%s' was not found"),
    ("libapt-private.so", b"Failed to fetch %s  %s"),
    ("libapt-private.so", b"You don't have enough free space in %s."),
]


@pytest.mark.parametrize(("library", "message"), APT)
def test_apt_still_says_it_so(library: str, message: bytes) -> None:
    found = sorted(Path("/usr/lib").glob(f"*-linux-gnu/{library}.*"))
    if not found:
        pytest.skip("there is no apt here")
    assert message in found[-1].read_bytes()
