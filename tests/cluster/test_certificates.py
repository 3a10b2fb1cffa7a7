"""Certificates as machines show them: no private key leaves, and which are due follows from their lives."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubetui.base.errors import RunError
from kubetui.cluster.certificates import CLIENT, LOOK, SERVING, Certificate, of_kubeconfig, parse
from kubetui.remote.command import Command
from tests.cluster.pki import DAY, kubeconfig, pair, told
from tests.steps.box import Box

NOW = 1_800_000_000.0
API = "/etc/kubernetes/pki/apiserver.crt"


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


@pytest.mark.parametrize(
    ("path", "life", "left", "due"),
    [
        (API, 365 * DAY, 31 * DAY, False),
        (API, 365 * DAY, 29 * DAY, True),
        (API, 365 * DAY, -1, True),
        # a tenth of a short life, not 30 days
        (API, 600, 61, False),
        (API, 600, 59, True),
        # the kubelet renews its own
        (CLIENT, 365 * DAY, DAY, False),
        (CLIENT, 365 * DAY, 0, True),
        (SERVING, 365 * DAY, DAY, False),
    ],
)
def test_what_is_due(path: str, life: float, left: float, due: bool) -> None:  # noqa: FBT001 - a column
    certificate = Certificate(path, NOW + left - life, NOW + left)
    assert certificate.due(NOW) is due
    assert certificate.expired(NOW) is (left <= 0)


def test_the_time_is_told_in_words() -> None:
    certificate = Certificate(API, NOW - DAY, NOW)
    assert certificate.told(NOW - 40 * DAY) == "expires in 40 days"
    assert certificate.told(NOW - 90) == "expires in 1:30"
    assert certificate.told(NOW) == "expired 0:00 ago"
    assert certificate.told(NOW + 3 * DAY) == "expired 3 days ago"


def test_a_machine_shows_its_certificates_and_no_key(box: Box) -> None:
    authority, authority_key = pair(NOW - DAY, NOW + 3650 * DAY, authority=True)
    leaf, key = pair(NOW - DAY, NOW + DAY)
    # the kubelet signs its own as an authority would
    serving, serving_key = pair(NOW - DAY, NOW + 2 * DAY, authority=True)
    files = {
        "etc/kubernetes/pki/ca.crt": authority,
        "etc/kubernetes/pki/ca.key": authority_key,
        "etc/kubernetes/pki/apiserver.crt": leaf,
        "etc/kubernetes/pki/etcd/server.crt": leaf,
        "etc/kubernetes/admin.conf": kubeconfig(leaf, key),
        "etc/kubernetes/kubelet.conf": f"users:\n- user:\n    client-certificate: {CLIENT}\n",
        "var/lib/kubelet/pki/kubelet.crt": serving,
        "var/lib/kubelet/pki/kubelet.key": serving_key,
        "var/lib/kubelet/pki/kubelet-client-current.pem": leaf + key,
    }
    for path, text in files.items():
        box.write(path, text)
    done = box.run(Command(LOOK))
    assert done.returncode == 0, done.stderr
    assert "PRIVATE KEY" not in done.stdout
    _, found = parse(done.stdout.replace(str(box.root), ""), "kubmaster")
    assert {each.path: (each.ends, each.authority) for each in found} == {
        "/etc/kubernetes/pki/ca.crt": (NOW + 3650 * DAY, True),
        API: (NOW + DAY, False),
        "/etc/kubernetes/pki/etcd/server.crt": (NOW + DAY, False),
        SERVING: (NOW + 2 * DAY, False),
        CLIENT: (NOW + DAY, False),
        "/etc/kubernetes/admin.conf": (NOW + DAY, False),
    }


def test_a_machine_without_a_cluster_has_none(box: Box) -> None:
    now, found = parse(box.run(Command(LOOK)).stdout, "kubmaster")
    assert now > NOW - 10 * 365 * DAY
    assert found == ()


@pytest.mark.parametrize(
    "text", ["", "kubetui\n", told(NOW, {API: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"})]
)
def test_what_cannot_be_read_is_an_error_that_names_the_machine(text: str) -> None:
    with pytest.raises(RunError, match="certificates of kubmaster cannot be read"):
        parse(text, "kubmaster")


def test_the_certificate_of_a_kubeconfig(tmp_path: Path) -> None:
    path = tmp_path / "kubeconfig"
    assert of_kubeconfig(path) is None
    path.write_text("users: []\n")
    assert of_kubeconfig(path) is None
    path.write_text(kubeconfig("nothing", "nothing"))
    assert of_kubeconfig(path) is None
    path.write_text(kubeconfig(*pair(NOW, NOW + DAY)))
    found = of_kubeconfig(path)
    assert found
    assert found.ends == NOW + DAY
