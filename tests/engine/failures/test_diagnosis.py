"""Causes recognised in real output of apt, kubeadm and kubetui's own scripts."""

import re
from pathlib import Path

import pytest

from kubetui.engine.failures.diagnosis import NONE, PATTERNS, diagnose
from kubetui.engine.failures.preflight import CHECKS

UNKNOWN = "nobody whom the machine trusts signed the certificate of a mirror or registry."
UNTRUSTED = """\
curl: (60) SSL certificate problem: unable to get local issuer certificate
curl: (60) SSL certificate problem: self-signed certificate in certificate chain
curl: (60) SSL certificate problem: certificate signature failure
E: Failed to fetch https://mirror/  Certificate verification failed: The certificate is NOT trusted. The certificate \
issuer is unknown.  Could not handshake: Error in the certificate verification.
E: Failed to fetch https://m/  SSL connection failed: error:0A000086:SSL routines::certificate verify failed / Success
failed to do request: Head "https://mirror/v2/pause": tls: failed to verify certificate: x509: certificate signed by \
unknown authority
  - Curl error (60): SSL peer certificate or SSH remote key was not OK for https://mirror/repodata/repomd.xml [SSL]\
""".splitlines()
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
    (
        f"error: https://mirror/cri-dockerd.tgz has the SHA-256 {'a' * 64}, and {'b' * 64} is expected",
        "PACKAGE-CHANGED",
        f"https://mirror/cri-dockerd.tgz has the SHA-256 {'a' * 64}, and {'b' * 64} is expected.",
    ),
    (
        "error: cri-dockerd cannot be fetched from https://mirror/cri-dockerd.tgz",
        "ARCHIVE-FETCH",
        "cri-dockerd cannot be fetched from https://mirror/cri-dockerd.tgz.",
    ),
    *((text, "CA-UNKNOWN", UNKNOWN) for text in UNTRUSTED),
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
            "a certificate is not valid at the machine's time: current time 2026-11-21T08:00:00Z is before "
            "2026-11-22T08:00:00Z."
        ),
    ),
    (
        (
            "Error: Failed to download metadata for repo 'kubernetes': repomd.xml GPG signature verification error: "
            "Bad GPG signature"
        ),
        "SIGNATURE-WRONG",
        "the lists of the repository kubernetes are not signed with its key, or were changed afterwards.",
    ),
    (
        "No match for argument: kubelet-1.37.99-*",
        "VERSION-MISSING",
        "the repository does not offer kubelet 1.37.99-*.",
    ),
    (
        "Public key for kubelet-1.37.2-150500.1.1.x86_64.rpm is not installed. Failing package is: kubelet",
        "KEY-MISSING",
        "a package is not signed with the key that belongs to its repository: kubelet-1.37.2-150500.1.1.x86_64.rpm.",
    ),
    (
        (
            "[MIRROR] kubelet-1.37.2-150500.1.1.x86_64.rpm: Downloading successful, but checksum doesn't match. "
            "Calculated: 00(sha256)  Expected: 11(sha256) "
        ),
        "PACKAGE-CHANGED",
        "kubelet-1.37.2-150500.1.1.x86_64.rpm is not the file that the repository signed.",
    ),
    (
        "E: You don't have enough free space in /var/cache/apt/archives/.",
        "DISK-FULL",
        "the machine's disk is full.",
    ),
    (
        "error: the key at https://pkgs.k8s.io/core:/stable:/v1.31/deb/Release.key has expired, so x",
        "KEY-EXPIRED",
        "the key at https://pkgs.k8s.io/core:/stable:/v1.31/deb/Release.key has expired.",
    ),
    (
        (
            "W: GPG error: https://prod-cdn.packages.k8s.io/repositories/isv:/kubernetes:/core:/stable:/v1.32/deb "
            " InRelease: The following signatures were invalid: EXPKEYSIG 234654DA9A296436 isv:kubernetes OBS Project "
            "<isv:kubernetes@build.opensuse.org>"
        ),
        "KEY-EXPIRED",
        "the key 234654DA9A296436 of a package repository has expired.",
    ),
    (
        "error: the key at http://mirror/Release.key is AAAA, and BBBB is expected",
        "KEY-WRONG",
        "the key at http://mirror/Release.key is AAAA, and BBBB is expected.",
    ),
    (
        (
            "W: GPG error: http://10.0.3.1:8080/v1.36/deb  InRelease: The following signatures couldn't be "
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
        "the content of a package repository changed after it was signed with the key 234654DA9A296436.",
    ),
    (
        (
            "W: OpenPGP signature verification failed: http://mir/deb  InRelease: Sub-process /usr/bin/sqv returned an "
            "error code (1), error message is: Missing key 18C996DEAE6DEF7E37DCAD959D2A9FB92E840715, which is needed "
            "to verify signature."
        ),
        "KEY-MISSING",
        (
            "a package repository is signed with the key 18C996DEAE6DEF7E37DCAD959D2A9FB92E840715, which is not the "
            "one that belongs to it."
        ),
    ),
    (
        (
            "W: OpenPGP signature verification failed: http://mir/deb  InRelease: Sub-process /usr/bin/sqv returned an "
            "error code (1), error message is: Verifying signature:            Message has been manipulated"
        ),
        "SIGNATURE-WRONG",
        "what http://mir/deb offers was changed after it was signed.",
    ),
    (
        "E: The repository 'https://download.docker.com/linux/debian forky Release' does not have a Release file.",
        "RELEASE-MISSING",
        "the repository https://download.docker.com/linux/debian has no packages for this system's release (forky).",
    ),
    (
        "E: Version '1.36.99-*' for 'kubelet' was not found",
        "VERSION-MISSING",
        "the repository does not offer kubelet 1.36.99-*.",
    ),
    (
        "E: Failed to fetch http://mirror/p/kubelet_1.36.1-1.1_amd64.deb  Hash Sum mismatch",
        "PACKAGE-CHANGED",
        "http://mirror/p/kubelet_1.36.1-1.1_amd64.deb is not the file that the repository signed.",
    ),
    (
        "E: Failed to fetch http://mirror/debian/runc_1.deb  503  Service Unavailable [IP: 10.0.3.1 8080]",
        "APT-FETCH",
        "Failed to fetch http://mirror/debian/runc_1.deb  503  Service Unavailable [IP: 10.0.3.1 8080]",
    ),
    (
        "error: image registry.k8s.io/pause:3.10 cannot be pulled from http://10.0.3.1:5000",
        "IMAGE-PULL",
        "the image registry.k8s.io/pause:3.10 cannot be pulled from http://10.0.3.1:5000.",
    ),
    (
        "error: the control plane cannot be reached at 192.168.56.101:6443 from here: its SSH answers, so something",
        "CONTROL-PLANE-UNREACHABLE",
        "the machine cannot reach the control plane at 192.168.56.101:6443: its SSH answers, so something.",
    ),
    (
        'execution phase kubelet-start: a Node with name "kubnode1" and status "Ready" already exists in the cluster',
        "NODE-EXISTS",
        "the cluster still lists a Ready node kubnode1, left by an interrupted join.",
    ),
    (
        (
            'The Service "registry" is invalid: spec.ports[0].nodePort: Invalid value: 30500: provided port is already '
            "allocated"
        ),
        "NODE-PORT-TAKEN",
        "another service of the cluster has the NodePort 30500 already.",
    ),
    (
        "couldn't initialize a Kubernetes cluster: timed out waiting for the condition",
        "KUBEADM-TIMEOUT",
        "kubeadm timed out waiting for the kubelet and the control plane.",
    ),
    (
        "[kubelet-check] The kubelet is not healthy after 4m0.0005s",
        "KUBEADM-TIMEOUT",
        "kubeadm timed out waiting for the kubelet and the control plane.",
    ),
    (
        "error: failed while waiting for the kube-apiserver: context deadline exceeded",
        "KUBEADM-TIMEOUT",
        "kubeadm timed out waiting for the kubelet and the control plane.",
    ),
    (
        (
            'run.go:72] "command failed" err="failed to run Kubelet: running with swap on is not supported, '
            'please disable swap or set --fail-swap-on flag to false"'
        ),
        "SWAP",
        "swap is on in the machine, so the kubelet does not start.",
    ),
    ("error: there is no user vagrant", "STEP", "there is no user vagrant"),
]


@pytest.mark.parametrize(("line", "identity", "message"), CASES, ids=[case[1] for case in CASES])
def test_a_cause_is_recognised_among_other_lines(line: str, identity: str, message: str) -> None:
    cause = diagnose(["Reading package lists...", line, "", "and something after it"])
    assert (cause.id, cause.message) == (identity, message)
    assert "{" not in cause.fix


PREFLIGHT = [
    ("Port-6443", "Port 6443 is in use", "PORT-TAKEN", "port 6443 is taken on the machine."),
    (
        "NumCPU",
        "the number of available CPUs 1 is less than the required 2",
        "PREFLIGHT",
        "the machine has 1 CPU, and a control plane needs 2.",
    ),
    (
        "Mem",
        "the system RAM (957 MB) is less than the minimum 1700 MB",
        "PREFLIGHT",
        "the machine has 957 MB of memory, and a control plane needs 1700.",
    ),
    ("DirAvailable--var-lib-etcd", "/var/lib/etcd is not empty", "PREFLIGHT", "/var/lib/etcd is not empty."),
    (
        "FileAvailable--etc-kubernetes-pki-ca.crt",
        "/etc/kubernetes/pki/ca.crt already exists",
        "PREFLIGHT",
        "/etc/kubernetes/pki/ca.crt exists already.",
    ),
    (
        "FileExisting-conntrack",
        "conntrack not found in system path",
        "PREFLIGHT",
        "the program conntrack is missing.",
    ),
    (
        "FileContent--proc-sys-net-ipv4-ip_forward",
        "/proc/sys/net/ipv4/ip_forward contents are not set to 1",
        "PREFLIGHT",
        "/proc/sys/net/ipv4/ip_forward is not 1.",
    ),
    ("CRI", "container runtime is not running: output: ", "PREFLIGHT", "the container runtime does not answer."),
    (
        "ContainerRuntimeVersion",
        "You must update your container runtime to a version that supports the CRI method RuntimeConfig.",
        "PREFLIGHT",
        "the container runtime is too old for this version of Kubernetes.",
    ),
    (
        "SystemVerification",
        "missing required cgroups: memory",
        "PREFLIGHT",
        "the machine's system is not suitable: missing required cgroups: memory",
    ),
    (
        "KubeletVersion",
        "the kubelet version is higher than the control plane version.",
        "PREFLIGHT",
        "the kubelet does not match the control plane: the kubelet version is higher than the control plane version.",
    ),
    (
        "ImagePull",
        "failed to pull image registry.k8s.io/pause:3.10: failed to pull image",
        "IMAGE-PULL",
        "the image registry.k8s.io/pause:3.10 cannot be pulled.",
    ),
    ("New", "something {0} is new", "PREFLIGHT", "kubeadm's check New failed: something {0} is new"),
]


@pytest.mark.parametrize(("check", "said", "identity", "message"), PREFLIGHT, ids=[case[0] for case in PREFLIGHT])
def test_each_preflight_check_is_explained(check: str, said: str, identity: str, message: str) -> None:
    cause = diagnose(["[preflight] Some fatal errors occurred:", f"    [ERROR {check}]: {said}", "[preflight] If you"])
    assert (cause.id, cause.message) == (identity, message)
    assert cause.fix
    assert "{" not in cause.fix


def test_every_preflight_check_has_a_test_case() -> None:
    for expression, _ in CHECKS:
        assert any(re.match(expression, f"{check}: {said}") for check, said, _, _ in PREFLIGHT), expression


def test_several_failed_preflight_checks_are_each_reported_with_their_fix() -> None:
    lines = ["    [ERROR Port-6443]: Port 6443 is in use", "    [ERROR CRI]: container runtime is not running"]
    cause = diagnose([*lines, lines[0]])
    assert cause.id == "PREFLIGHT"
    assert cause.message == (
        "kubeadm's preflight found 2 problems: (1) port 6443 is taken on the machine. "
        "(2) the container runtime does not answer."
    )
    assert cause.fix.startswith("(1) Stop what listens there (ss -ltnp shows it). (2) Find out why in the machine:")


def test_several_failed_checks_of_one_kind_share_id_and_fix() -> None:
    cause = diagnose([f"    [ERROR Port-{port}]: Port {port} is in use" for port in (6443, 10250)])
    assert cause.id == "PORT-TAKEN"
    assert cause.fix == "Stop what listens there (ss -ltnp shows it)."
    assert "6443" in cause.message
    assert "10250" in cause.message


def test_every_pattern_has_a_test_case() -> None:
    for pattern in PATTERNS:
        assert any(pattern.expression.search(line) for line, _, _ in CASES), pattern.expression.pattern


def test_waiting_for_a_lock_is_not_the_cause_once_apt_got_it() -> None:
    lock = "Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1 (apt-get)"
    waited = f"Waiting for cache lock: {lock}... 4s"
    assert diagnose([waited, "E: Version '1' for 'kubelet' was not found"]).id == "VERSION-MISSING"


def test_the_last_of_several_errors_is_reported() -> None:
    lines = ["error: first", "error: second"]
    assert diagnose(lines).message == "second"


def test_unknown_output_gives_no_message() -> None:
    assert diagnose(["nothing", "known"]) == NONE
    assert diagnose([]) == NONE


def test_braces_in_output_are_not_expanded() -> None:
    assert diagnose(["error: {0} {x} %s"]).message == "{0} {x} %s"


APT = [
    ("libapt-pkg.so", b"Could not get lock %s. It is held by process %d (%s)"),
    ("libapt-pkg.so", b"Waiting for cache lock: %s"),
    ("libapt-pkg.so", b"Version '%s' for '%s' was not found"),
    ("libapt-private.so", b"Failed to fetch %s  %s"),
    ("libapt-private.so", b"You don't have enough free space in %s."),
]


@pytest.mark.parametrize(("library", "message"), APT)
def test_this_hosts_apt_still_uses_these_messages(library: str, message: bytes) -> None:
    found = sorted(Path("/usr/lib").glob(f"*-linux-gnu/{library}.*"))
    if not found:
        pytest.skip("there is no apt here")
    assert message in found[-1].read_bytes()
