"""Which requests for serving certificates are approved: judged by the real openssl, with a stand-in for kubectl."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from kubetui.engine.step import WorkState
from kubetui.remote.command import Command
from kubetui.steps.cluster.serving.recipes import APPROVE, APPROVED_PROBE, FORGET, FORGOTTEN_PROBE
from tests.certificates import request
from tests.steps.box import Box, state

MACHINES = "kubmaster 192.168.56.101\nkubnode1 192.168.56.102"
USER, GROUPS = "system:node:kubnode1", ("system:nodes", "system:authenticated")
USAGES = ("digital signature", "server auth")
GOOD = request("kubnode1", ["kubnode1"], ["192.168.56.102"])
KUBECTL = """case $* in
  *'get configmap kubelet-config'*) cat "$TMPDIR/stored" ;;
  *'create configmap'*) cat "$ROOT/run/kubetui-kubelet-config" ;;
  *'patch configmap'*) cp "$ROOT/run/kubetui-kubelet-config.yaml" "$TMPDIR/stored" ;;
  *'get certificatesigningrequests'*) cat "$TMPDIR/requests" 2>/dev/null || true ;;
  'certificate approve '*) sed -i "/^$3|/d" "$TMPDIR/requests" ;;
  'delete certificatesigningrequest '*) sed -i "/^$3 /d" "$TMPDIR/requests" ;;
esac"""
OPENSSL = """[[ $1 == s_client ]] || exec /usr/bin/openssl "$@"
if [[ -e $TMPDIR/unserved ]]; then cat "$TMPDIR/unserved"; exit 1; fi
[[ $* == *'-verify_return_error -verify_ip 192.168.56.10'* ]]"""
STORED = "apiVersion: kubelet.config.k8s.io/v1beta1\ncgroupDriver: systemd\n"


def asking(
    name: str,
    pem: bytes,
    user: str = USER,
    groups: tuple[str, ...] = GROUPS,
    usages: tuple[str, ...] = USAGES,
) -> str:
    """Return the line that the template makes of a request."""
    quoted = "".join(f' "{group}"' for group in groups)
    listed = "".join(f"{usage}," for usage in usages)
    return f'{name}|"{user}"|{quoted} |{listed}|{base64.b64encode(pem).decode()}\n'


APPROVAL = Command(APPROVE, {"MACHINES": MACHINES, "OWN": ""})
APPROVED = Command(APPROVED_PROBE, {"MACHINES": MACHINES})


@pytest.fixture
def cluster(box: Box) -> Box:
    box.program("kubectl", KUBECTL)
    box.program("openssl", OPENSSL)
    box.write("tmp/stored", STORED)
    return box


def approved(box: Box) -> list[str]:
    return re.findall(r"^kubectl certificate approve (\S+)$", "\n".join(box.called("kubectl")), re.MULTILINE)


def test_what_fits_a_machine_is_approved(cluster: Box) -> None:
    master = request("kubmaster", ["kubmaster"], ["192.168.56.101"])
    usages = ("digital signature", "key encipherment", "server auth")
    lines = asking("csr-1", GOOD), asking("csr-2", master, "system:node:kubmaster", usages=usages)
    cluster.write("tmp/requests", "".join(lines))
    found = cluster.run(APPROVED)
    assert (state(found), "would sign" in found.stdout) == (WorkState.ABSENT, True)
    cluster.called("kubectl")
    done = cluster.run(APPROVAL)
    assert done.returncode == 0, done.stderr
    assert approved(cluster) == ["csr-1", "csr-2"]
    assert (cluster.root / "tmp/stored").read_text() == f"{STORED}serverTLSBootstrap: true\n"
    assert state(cluster.run(APPROVED)) is WorkState.DONE


def test_one_that_waits_is_named_to_those_who_look(cluster: Box) -> None:
    cluster.write("tmp/stored", f"{STORED}serverTLSBootstrap: true\n")
    cluster.write("tmp/requests", asking("csr-1", GOOD))
    found = cluster.run(APPROVED)
    assert (state(found), found.stdout) == (
        WorkState.PARTIAL,
        "kubelets wait until somebody approves csr-1\n",
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            asking("x", request("kubnode1", ["kubnode1", "kubernetes"], ["192.168.56.102"])),
            "it names DNS:kubnode1, DNS:",
        ),
        (
            asking("x", request("kubnode1", ["kubnode1"], ["192.168.56.101"])),
            "it names DNS:kubnode1, IP Address:192.168",
        ),
        (asking("x", request("kubnode1", ["kubnode1"], ["192.168.56.102", "10.96.0.1"])), "it names DNS:kubnode1, IP"),
        (asking("x", request("kubnode1", ["kubnode1"], [])), "it names DNS:kubnode1, and"),
        (asking("x", request("kubnode1", [], [])), "it names nothing"),
        (
            asking("x", request("kubmaster", ["kubmaster"], ["192.168.56.101"])),
            "its subject is CN=system:node:kubmaster",
        ),
        (asking("x", request("kubnode1", ["kubnode1"], ["192.168.56.102"], "system:masters")), "its subject is"),
        (asking("x", GOOD, "kubernetes-admin"), "is no machine of this cluster"),
        (asking("x", GOOD, "system:node:kubnode9"), "is no machine of this cluster"),
        (asking("x", GOOD, "system:node:"), "is no machine of this cluster"),
        (asking("x", GOOD, 'system:node:kubnode1\\"|'), "is no machine of this cluster"),
        (asking("x", GOOD, groups=("system:authenticated",)), "is not in the group system:nodes"),
        (asking("x", GOOD, groups=('x\\" \\"system:nodes\\" \\"',)), "is not in the group system:nodes"),
        (asking("x", GOOD, usages=("digital signature", "client auth")), "and not for serving"),
        (asking("x", GOOD, usages=("client auth", "digital signature", "server auth")), "and not for serving"),
        (asking("x", b"no request at all"), "it cannot be read"),
    ],
    # the requests differ from run to run
    ids=[
        "another name", "another address", "one address more", "no address", "nothing", "another node",
        "another group in its subject", "an administrator", "an unknown node", "no node", "a quotation mark",
        "not of the nodes", "a group within a group", "for clients", "for clients too", "no request",
    ],
)  # fmt: skip
def test_what_fits_none_stays_pending_and_is_named(cluster: Box, line: str, said: str) -> None:
    cluster.write("tmp/requests", line + asking("csr-2", GOOD))
    done = cluster.run(APPROVAL)
    assert done.returncode == 0, done.stderr
    assert approved(cluster) == ["csr-2"]
    assert done.stdout.count("left pending: the request x ") == 1
    assert said in done.stdout
    # it is no difference that a run could mend
    assert state(cluster.run(APPROVED)) is WorkState.DONE


def test_a_request_signed_by_another_key_is_not_approved(cluster: Box) -> None:
    lines = GOOD.decode().splitlines()
    body = bytearray(base64.b64decode("".join(lines[1:-1])))
    body[-1] ^= 1
    text = base64.encodebytes(bytes(body)).decode()
    cluster.write("tmp/requests", asking("x", f"{lines[0]}\n{text}{lines[-1]}\n".encode()))
    done = cluster.run(APPROVAL)
    assert approved(cluster) == []
    assert "cannot be read, or its signature is not that of its key" in done.stdout


def test_a_kubelet_that_shows_another_certificate_is_named(cluster: Box) -> None:
    cluster.run(APPROVAL)
    cluster.write("tmp/unserved", "verify error:num=18:self-signed certificate")
    found = cluster.run(APPROVED)
    assert state(found) is WorkState.PARTIAL
    assert "kubmaster has no serving certificate that holds: the cluster's authority has not signed" in found.stdout


def test_a_profile_with_a_patch_of_its_own_keeps_the_clusters_configuration(cluster: Box) -> None:
    assert cluster.run(Command(APPROVE, {"MACHINES": MACHINES, "OWN": "1"})).returncode == 0
    assert not any("patch" in call for call in cluster.called("kubectl"))


def test_taken_back_the_configuration_and_the_requests_are_as_before(cluster: Box) -> None:
    cluster.run(APPROVAL)
    values = {"MACHINES": MACHINES}
    forget, forgotten = Command(FORGET, values), Command(FORGOTTEN_PROBE, values)
    cluster.write(
        "tmp/requests", 'csr-1 "system:node:kubnode1"\nown "kubernetes-admin"\ncsr-9 "system:node:kubnode10"\n'
    )
    assert state(cluster.run(forgotten)) is WorkState.PARTIAL
    done = cluster.run(forget)
    assert done.returncode == 0, done.stderr
    assert (cluster.root / "tmp/stored").read_text() == STORED
    assert "csr-1" not in (cluster.root / "tmp/requests").read_text()
    assert len((cluster.root / "tmp/requests").read_text().splitlines()) == 2
    assert state(cluster.run(forgotten)) is WorkState.DONE
    assert not list(Path(cluster.root / "run").iterdir())
