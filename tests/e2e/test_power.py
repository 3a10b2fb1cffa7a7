"""Stopping and starting a cluster: always back to the same one, after a kill or with certificates that ran out."""

from __future__ import annotations

import json
import random
import re
import signal
import time
from contextlib import nullcontext
from typing import Any

import pytest

from tests.e2e.conftest import Lab, Maker
from tests.e2e.record import BACKENDS, ENDPOINT, balanced
from tests.e2e.running import running
from tests.e2e.test_up import nodes

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

OFF = {"stopped"}
TIMES = 20
DELAYS = 12.0
"""Seconds after its first event in which a stop or a start is cut off."""


def identity(lab: Lab) -> dict[str, Any]:
    """Return what a cluster that was built anew would not have: the uid of its first namespace and of every node."""
    found = lab.objects("nodes")
    assert len(found) == len(lab.machines())
    uid = lab.kubectl("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}")
    return {"cluster": uid, **{node["metadata"]["name"]: node["metadata"]["uid"] for node in found}}


def states(lab: Lab) -> set[str]:
    return set(lab.machines().values())


def proven(lab: Lab) -> None:
    said = lab.kubetui("check", lab.name)
    assert "failed" not in said
    assert set(nodes(lab)) == set(lab.machines())


def cut(lab: Lab, command: str, seconds: float, event: str = "TaskStarted") -> None:
    """Start a command, and kill it some seconds after its first event of a kind; do nothing if it has ended by then."""
    with running(lab, command, lab.name, killed=True) as run:
        assert any(each["event"] == event for each in run)
        time.sleep(seconds)
        if run.code is None:
            run.signal(signal.SIGKILL)
        run.end()


@pytest.fixture(scope="module")
def lab(make: Maker) -> Lab:
    lab = make("power", machines={"workers": 1})
    lab.up()
    return lab


def test_a_stopped_cluster_comes_back_the_same(lab: Lab) -> None:
    before = identity(lab)
    lab.kubectl("create", "configmap", "kept", "--from-literal=a=b")
    said = lab.kubetui("stop", lab.name)
    assert "its machines are off" in said
    assert said.index("kubnode1   halt-worker: done") < said.index("kubmaster  Shut the first control plane down")
    assert states(lab) == OFF
    (report,) = json.loads(lab.kubetui("status", lab.name, "--json"))
    assert (report["state"], report["detail"]) == ("off", "its machines are halted")
    assert "there was nothing to do" in lab.kubetui("stop", lab.name)
    cut(lab, "start", 4)
    assert "is ready" in lab.kubetui("start", lab.name)
    assert identity(lab) == before
    assert lab.kubectl("get", "configmap", "kept", "-o", "jsonpath={.data.a}") == "b"


def test_twenty_stops_and_starts_cut_off_at_any_moment(fresh: Maker) -> None:
    lab = fresh("twenty", machines={"control_planes": 1, "workers": 2})
    lab.up()
    before, chance = identity(lab), random.Random(15)  # noqa: S311 - moments, the same ones each time
    for _ in range(TIMES):
        # a stop, or a start, that is cut off at any moment goes on
        cut(lab, "stop", chance.uniform(0, DELAYS))
        lab.kubetui("stop", lab.name)
        assert states(lab) == OFF
        cut(lab, "start", chance.uniform(0, 3 * DELAYS))
        lab.kubetui("start", lab.name)
        assert identity(lab) == before
        proven(lab)
    lab.kubetui("destroy", lab.name, "--yes")


FIRST_ADDRESS = BACKENDS[0].partition(":")[0]
SHORT = "5m"
"""How long the certificates of this test hold; a build takes less."""


def short_lived(make: Maker) -> dict[str, Any]:
    """Return the part of a profile that has certificates expire soon, those of the kubelets too."""
    arguments = {"extraArgs": [{"name": "cluster-signing-duration", "value": SHORT}]}
    patch = {"kind": "ClusterConfiguration", "certificateValidityPeriod": SHORT, "controllerManager": arguments}
    return {"patches": [*make.patches, patch]}


def certificates(lab: Lab) -> list[dict[str, Any]]:
    # the exit code is 8 while one has expired
    found = json.loads(lab.kubetui("certs", lab.name, "--json", check=False))["certificates"]
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("control_planes", [1, 3])
def test_certificates_that_ran_out_are_renewed_by_a_start(fresh: Maker, control_planes: int) -> None:
    network = {"first_address": FIRST_ADDRESS, "control_plane_endpoint": ENDPOINT if control_planes > 1 else None}
    machines = {"control_planes": control_planes, "workers": 1}
    lab = fresh("expired", machines=machines, network=network, kubernetes=short_lived(fresh))
    with balanced() if control_planes > 1 else nullcontext():
        renewed_by_a_start(lab)


def renewed_by_a_start(lab: Lab) -> None:
    lab.up()
    before = identity(lab)
    workers = [each for each in certificates(lab) if each["machine"] == "kubnode1" and not each["authority"]]
    ends = max(each["expires"] for each in certificates(lab) if each["expires"] < time.time() + 3600)
    assert any(each["expires"] <= ends for each in workers)
    lab.kubetui("stop", lab.name)
    # nothing announces that time has passed
    time.sleep(max(0.0, ends + 5 - time.time()))
    assert "is ready" in lab.kubetui("start", lab.name)
    assert identity(lab) == before
    proven(lab)
    assert not [each for each in certificates(lab) if each["expired"]]
    lab.kubetui("destroy", lab.name, "--yes")


def leaves(lab: Lab) -> dict[str, float]:
    """Return when the certificates of the control plane expire, without its authorities'."""
    found = certificates(lab)
    return {each["path"]: each["expires"] for each in found if each["machine"] == "kubmaster" and not each["authority"]}


def test_certificates_are_shown_and_renewed(lab: Lab) -> None:
    before = leaves(lab)
    kubeconfig = (lab.folder / "kubeconfig").read_text()
    shown = lab.kubetui("certs", lab.name)
    assert re.search(
        r"/etc/kubernetes/pki/apiserver\.crt +kubmaster  \d{4}-\d\d-\d\d \d\d:\d\d  expires in 364 days", shown
    )
    assert "its certificates are renewed" in lab.kubetui("certs", lab.name, "--renew")
    after = leaves(lab)
    assert after.keys() == before.keys()
    assert {path for path in after if after[path] == before[path]} == {
        "/var/lib/kubelet/pki/kubelet.crt",
        "/var/lib/kubelet/pki/kubelet-client-current.pem",
    }
    assert (lab.folder / "kubeconfig").read_text() != kubeconfig
    proven(lab)
    assert "nothing changed" in lab.up()
