"""The starter profile on VirtualBox: linked clones, NAT with one address in every machine, a host-only network.

Run with a profile such as virtualbox.yaml. The provider LXC must have no machines on the same range meanwhile.
"""

from __future__ import annotations

import json
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml

from tests.e2e.conftest import Lab, Maker
from tests.e2e.running import running
from tests.e2e.smoke import pods_reach_each_other
from tests.e2e.test_up import nodes, planned, state_of

pytestmark = [pytest.mark.e2e, pytest.mark.virtualbox]


def settings(lab: Lab, machine: str) -> dict[str, str]:
    """Return what VBoxManage knows of a machine, by key."""
    number = (lab.folder / ".vagrant" / "machines" / machine / "virtualbox" / "id").read_text()
    told = lab.run("VBoxManage", "showvminfo", number, "--machinereadable")
    return {key.strip('"'): value.strip('"') for key, value in re.findall(r"^(.+?)=(.*)$", told, re.MULTILINE)}


def assert_nothing_left(lab: Lab) -> None:
    """Check that `destroy` removed the machines, and that VirtualBox keeps only what other machines may use.

    That is the disk that Vagrant clones, as a machine with the box's name, and the host-only interface.
    """
    assert not lab.folder.exists()
    machines = re.findall(r'^"([^"]+)" ', lab.run("VBoxManage", "list", "vms"), re.MULTILINE)
    assert len(machines) == 1
    assert machines[0].startswith("rig-box_")
    assert re.findall(r"^Name: +(\S+)", lab.run("VBoxManage", "list", "hostonlyifs"), re.MULTILINE) == ["vboxnet0"]


def assert_planned(lab: Lab) -> None:
    """Check that every node becomes Ready at its planned address, and that another `up` changes nothing."""
    end = time.monotonic() + 60
    # a kubelet that has just started again may report its status late
    while nodes(lab) != planned(lab) and time.monotonic() < end:
        time.sleep(1)
    assert nodes(lab) == planned(lab)
    assert "nothing changed" in lab.up()


def halt(lab: Lab, machine: str) -> None:
    """Halt a machine with Vagrant; try again when VirtualBox's service ends just as it is asked, as kubetui does."""
    for _ in range(5):
        done = lab._run(("vagrant", "halt", machine), check=False, timeout=300, cwd=lab.folder)
        if "Failed to create the VirtualBox object" not in done.stderr:
            break
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def lab(make: Maker) -> Lab:
    lab = make("tutorial")
    lab.up()
    return lab


def test_three_nodes_are_ready_at_their_planned_addresses(lab: Lab) -> None:
    assert nodes(lab) == planned(lab)
    assert len(planned(lab)) == 3


def test_machines_are_linked_clones_of_one_disk(lab: Lab) -> None:
    disks = [key for key in settings(lab, "kubmaster") if re.fullmatch(r"SATA.*-ImageUUID-0-0", key)]
    parents = set()
    for name in planned(lab):
        told = lab.run("VBoxManage", "showmediuminfo", "disk", settings(lab, name)[disks[0]])
        parents |= set(re.findall(r"^Parent UUID: +(\S+)", told, re.MULTILINE))
    assert len(parents) == 1
    assert parents != {"base"}


def test_machines_share_one_nat_address_and_have_their_own_port_and_host_only_address(lab: Lab) -> None:
    ports = set()
    for name, address in planned(lab).items():
        inside = lab.on(name, "ip -4 -brief address show")
        assert re.search(r"^eth0\S* +UP +10\.0\.2\.15/24", inside, re.MULTILINE)
        assert re.search(rf"^eth1\S* +UP +{re.escape(address)}/24", inside, re.MULTILINE)
        known = settings(lab, name)
        assert known["hostonlyadapter2"] == "vboxnet0"
        forwarded = known["Forwarding(0)"].split(",")
        assert (forwarded[0], forwarded[2], forwarded[5]) == ("ssh", "127.0.0.1", "22")
        ports.add(forwarded[3])
    assert len(ports) == 3


def test_pods_on_different_workers_reach_each_other(lab: Lab) -> None:
    pods_reach_each_other(lab, ["kubnode1", "kubnode2"])


def test_a_second_up_changes_nothing(lab: Lab) -> None:
    before = state_of(lab)
    assert "nothing changed" in lab.up()
    assert state_of(lab) == before


def test_up_starts_halted_machines_again(lab: Lab) -> None:
    # a machine shuts down for a minute, and Vagrant alone would halt one after the other
    with ThreadPoolExecutor() as threads:
        list(threads.map(lambda name: halt(lab, name), planned(lab)))
    assert set(lab.machines().values()) == {"stopped"}
    lab.up()
    assert_planned(lab)


def test_destroy_leaves_only_what_virtualbox_keeps(lab: Lab) -> None:
    assert set(lab.machines().values()) == {"running"}
    lab.kubetui("destroy", lab.name, "--yes")
    assert_nothing_left(lab)


def test_the_interface_that_stays_is_named_for_other_providers(lab: Lab) -> None:
    """It has the range of the LXC machines, too, and with both they would reach nothing."""
    other = lab.profile.with_name("other.yaml")
    other.write_text(yaml.safe_dump({**lab.document, "name": "other", "provider": "lxc"}))
    checks = json.loads(lab.kubetui("doctor", str(other), "--json", check=False))
    (found,) = [check for check in checks if check["name"] == "Addresses"]
    assert found["status"] == "failed"
    assert "through vboxnet0, VirtualBox's host-only interface." in found["message"]
    assert "VBoxManage hostonlyif remove vboxnet0" in found["fix"]
    same = json.loads(lab.kubetui("doctor", str(lab.profile), "--json", check=False))
    assert [check["status"] for check in same if check["name"] == "Addresses"] == ["ok"]


@pytest.mark.parametrize("workers", [0, pytest.param(2, marks=pytest.mark.slow)])
def test_up_completes_the_cluster_after_kills_during_start_and_init(fresh: Maker, workers: int) -> None:
    lab = fresh("tutorial", machines={"workers": workers})
    last = list(planned(lab))[-1]
    for step, machine in (("start", last), ("init", "kubmaster")):
        with running(lab, killed=True) as run:
            assert run.until(("Line",), step, machine)
            run.signal(signal.SIGKILL)
            run.end()
    lab.up()
    assert_planned(lab)
    lab.kubetui("destroy", lab.name, "--yes")
    assert_nothing_left(lab)
