"""Existing machines: unsuitable ones are refused untouched; others become a cluster and are restored by destroy."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Lab, Maker
from tests.e2e.existing import Existing, try_up
from tests.e2e.mutations import THEIRS, differences
from tests.e2e.smoke import pods_reach_each_other

pytestmark = pytest.mark.e2e

ADDRESSES = {f"hostm{number}": f"192.168.64.{10 + number}" for number in range(1, 5)}
ENDPOINT = "192.168.64.254:6443"
CONTROL_PLANE, WORKER = "control plane", "worker"
SMALL = (CONTROL_PLANE, WORKER, WORKER)


@pytest.fixture(scope="module")
def machines(make: Maker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Existing]:
    lab = make("lender")
    if lab.document.get("provider") != "lxc":
        pytest.skip("only containers start fast enough for this")
    found = Existing(tmp_path_factory.mktemp("existing") / "machines", lab, ADDRESSES)
    try:
        found.start(lab.document["machines"]["box"])
        yield found
    finally:
        found.vagrant("destroy", "--force")


@contextmanager
def changed(machines: Existing, name: str, change: str, back: str) -> Iterator[None]:
    machines.on(name, change)
    try:
        yield
    finally:
        machines.on(name, back)


def refused(lab: Lab, machines: Existing, *said: str) -> None:
    """Check that `up` is refused with all these messages and leaves every machine untouched."""
    code, output = try_up(lab)
    assert code in {3, 5}, output
    assert "nothing was changed on any of them" in output
    for words in said:
        assert words in output
    assert not (lab.folder / "profile.yaml").exists()
    for name in machines.addresses:
        assert machines.on(name, "ls -d /var/lib/kubetui /etc/containerd 2>/dev/null || true") == ""


def test_unsuitable_hosts_are_refused_and_left_untouched(machines: Existing) -> None:
    hosts = machines.hosts(SMALL)
    lab = machines.profile("unfit", hosts)
    foreign = ("mkdir -p /etc/kubernetes && touch /etc/kubernetes/admin.conf", "rm -r /etc/kubernetes")
    copy = (
        f"cp /etc/machine-id /root/own; echo {machines.on('hostm1', 'cat /etc/machine-id').strip()} >/etc/machine-id",
        "cp /root/own /etc/machine-id; rm /root/own",
    )
    with changed(machines, "hostm3", *foreign), changed(machines, "hostm2", *copy):
        refused(lab, machines, "It has a cluster that kubetui did not make", "They have the same machine id")
    no_sudo = ("mv /etc/sudoers.d/vagrant /root/", "mv /root/vagrant /etc/sudoers.d/")
    with changed(machines, "hostm2", *no_sudo):
        refused(lab, machines, "hostm2: sudo asks for a password.")


def test_a_wrong_key_and_an_unreachable_host_are_reported_together(machines: Existing) -> None:
    hosts: list[dict[str, Any]] = machines.hosts(SMALL)
    hosts[1]["key"] = hosts[0]["key"]
    hosts[2]["address"] = "192.168.64.99"
    lab = machines.profile("astray", hosts)
    refused(lab, machines, "the machine does not accept the key", "hostm3 cannot be reached at 192.168.64.99")


def test_unknown_host_keys_are_shown_and_not_trusted(machines: Existing) -> None:
    lab = machines.profile("stranger", machines.hosts(SMALL))
    done = subprocess.run(
        lab.words(*lab.command("up", str(lab.profile), "--yes")),
        env=lab.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr.count("SHA256:") == 3


def what_is_broken_is_named_and_mended(lab: Lab, machines: Existing) -> None:
    assert differences(lab) == set()
    for each in THEIRS:
        machines.on(each.machine, each.script)
    assert {(each.machine, each.step) for each in THEIRS} <= differences(lab)
    assert "what differed is mended" in lab.kubetui("mend", lab.name)
    assert differences(lab) == set()
    assert "there was nothing to do" in lab.kubetui("mend", lab.name)


def test_existing_machines_form_a_cluster_and_are_restored_by_destroy(machines: Existing) -> None:
    before = machines.look()
    lab = machines.profile("existing", machines.hosts(SMALL))
    code, output = try_up(lab)
    assert code == 0, output
    assert {node["metadata"]["name"] for node in lab.objects("nodes")} == {"hostm1", "hostm2", "hostm3"}
    pods_reach_each_other(lab, ["hostm2", "hostm3"])
    assert "nothing changed" in lab.up()
    what_is_broken_is_named_and_mended(lab, machines)
    other = machines.profile("thief", machines.hosts(SMALL))
    assert "belongs to the cluster existing" in try_up(other)[1]
    lab.kubetui("destroy", lab.name, "--yes", check=False)
    assert lab.folder.exists(), "the hosts were not named"
    lab.kubetui("destroy", lab.name, "--hosts", "hostm1,hostm2,hostm3")
    assert not lab.folder.exists()
    assert machines.look() == before


@contextmanager
def balanced(machines: Existing, backends: list[str]) -> Iterator[None]:
    """Forward connections from ENDPOINT to an API server that answers."""
    words = machines.lab.words(sys.executable, str(Path(__file__).with_name("forwarder.py")), ENDPOINT, *backends)
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline().strip() == "listening"
        yield
        process.stdin.close()


@pytest.mark.slow
def test_three_control_planes_survive_the_loss_of_one(machines: Existing) -> None:
    roles = (CONTROL_PLANE, CONTROL_PLANE, CONTROL_PLANE, WORKER)
    lab = machines.profile("several", machines.hosts(roles), control_plane_endpoint=ENDPOINT)
    backends = [f"{ADDRESSES[name]}:6443" for name in ("hostm1", "hostm2", "hostm3")]
    with balanced(machines, backends):
        code, output = try_up(lab)
        assert code == 0, output
        assert "nothing changed" in lab.up()
        members = machines.on(
            "hostm2", "ls /etc/kubernetes/manifests/etcd.yaml; ss -Htn state established dport = :2380"
        )
        assert {"192.168.64.11:2380", "192.168.64.13:2380"} <= set(members.split())
        machines.lab.run("lxc-stop", "--kill", "--name", "existing-hostm1")
        for number in range(3):
            lab.kubectl("create", "configmap", f"after-{number}", "--from-literal=alive=yes", "--request-timeout=60s")
        assert len(lab.objects("nodes")) == 4
        machines.vagrant("up", "hostm1")
        lab.kubetui("destroy", lab.name, "--hosts", ",".join(ADDRESSES))
