"""The rules for ports, folders and disks, in the words that a person sees."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.profile.plan import Plan
from kubetui.profile.rules.access import FIRST_FREE, VAGRANTS
from kubetui.profile.rules.between_fields import check
from kubetui.profile.schema.profile import Profile

EVERYWHERE = "0.0.0.0"  # noqa: S104 - nothing listens
MAKERS = ("virtualbox", "libvirt", "vmware_desktop", "lxc")


def problems(provider: str, **machines: Any) -> dict[str, str]:
    parts: dict[str, Any] = {"provider": provider, "machines": machines}
    if provider == "hosts":
        parts["hosts"] = [{"name": "one", "role": "control plane", "address": "10.0.0.1"}]
    found = check(Plan(Profile.model_validate(parts)))
    return {".".join(map(str, problem.path)): str(problem) for problem in found}


def port(host: int = 8080, to: int = 30080, **more: Any) -> dict[str, Any]:
    return {"host": host, "to": to, **more}


def folder(guest: str = "/srv/data", host: str = "/data", **more: Any) -> dict[str, Any]:
    return {"host": host, "guest": guest, **more}


@pytest.mark.parametrize("provider", ["virtualbox", "vmware_desktop"])
def test_a_port_has_to_be_free_for_a_person_and_lead_to_a_machine(provider: str) -> None:
    assert problems(provider, ports=[port(), port(8081, machine="kubnode2")]) == {}
    assert problems(provider, ports=[port(80), port(8080, machine="kubnod1"), port(2222)]) == {
        "machines.ports.0.host": "Only root may listen at 80, as at all ports below 1024, and Vagrant runs as you. "
        "Choose another port of this host, such as 8080.",
        "machines.ports.1.machine": "No machine is called kubnod1. Did you mean kubnode1? Or have more machines.",
        "machines.ports.2.host": "Vagrant uses 2222 itself: the machines' SSH is at 2222 and 2200 to 2250. "
        "Choose another port of this host, such as 8080.",
    }


@given(st.integers(1, 65535))
def test_only_ports_of_root_and_of_vagrant_are_refused(host: int) -> None:
    refused = host < FIRST_FREE or host == 2222 or host in VAGRANTS
    assert bool(problems("virtualbox", ports=[port(host)])) == refused


@pytest.mark.parametrize(
    ("one", "other", "collide"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", EVERYWHERE, True),
        (EVERYWHERE, "192.168.1.5", True),
        ("127.0.0.1", "192.168.1.5", False),
    ],
)
def test_a_port_leads_to_one_place(one: str, other: str, *, collide: bool) -> None:
    found = problems("virtualbox", ports=[port(listen=one), port(to=1, listen=other)])
    said = {
        "machines.ports.1.host": "The port 8080 of this host leads to two places. Give each its own port of this host."
    }
    assert found == (said if collide else {})


def test_where_vagrant_forwards_badly_the_machines_own_address_is_named() -> None:
    (said,) = problems("lxc", ports=[port(machine="kubnode1")]).values()
    assert said == (
        "vagrant-lxc breaks off as it forwards ports (seen with 1.4.3). Delete machines.ports: this host reaches the "
        "machines' own addresses. kubnode1's is 192.168.56.102:30080. Or see: kubetui tunnel --help"
    )
    (said,) = problems("libvirt", ports=[port(), port(80)]).values()
    assert said.startswith("vagrant-libvirt forwards by an SSH connection that does not come back when it breaks.")
    assert "kubmaster's is 192.168.56.101:30080" in said
    assert problems("lxc", ports=[port()], control_planes=1, workers=0).keys() == {"machines.ports"}


@pytest.mark.parametrize(
    ("guest", "said"),
    [
        ("/etc", "/etc is the system's"),
        ("/var/lib/kubelet", "/var/lib/kubelet lies in /var, which is the system's"),
        ("/var/lib/etcd/member", "lies in /var"),
        ("/home", "/home holds files of other programs"),
        ("/home/vagrant", "/home/vagrant holds the key by which kubetui reaches the machine"),
        ("/opt", "/opt holds files of other programs"),
        ("/opt/cni/bin", "/opt/cni/bin holds programs or volumes of the node"),
        ("/opt/local-path-provisioner", "holds programs or volumes of the node"),
    ],
)
@pytest.mark.parametrize("provider", MAKERS)
def test_a_folder_hides_nothing_that_a_node_needs(provider: str, guest: str, said: str) -> None:
    found = problems(provider, folders=[folder("/srv/data"), folder(guest)])
    assert found.keys() == {"machines.folders.1.guest"}
    assert said in found["machines.folders.1.guest"]
    assert found["machines.folders.1.guest"].endswith("would hide that. Choose a path below /srv, /mnt or /data.")


@given(
    st.lists(st.sampled_from(["/srv", "/srv/a", "/srv/a/b", "/srv/ab", "/mnt", "/opt/mine"]), min_size=2, max_size=2)
)
def test_no_folder_lies_in_another(guests: list[str]) -> None:
    one, other = guests
    nested = one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")
    found = problems("lxc", folders=[folder(guest) for guest in guests])
    assert found.keys() == ({"machines.folders.1.guest"} if nested else set())


def test_a_copy_is_not_writable() -> None:
    assert problems("lxc", folders=[folder(writable=True)]) == {}
    assert problems("virtualbox", folders=[folder(writable=True)]) == {
        "machines.folders.0.writable": "With VirtualBox machines get a copy of /data, and nothing comes back from it. "
        "Leave writable out, or choose LXC containers."
    }


def test_disks_are_refused_where_machines_cannot_get_any() -> None:
    disks = {"disks": [{"size": 1024}], "worker": {"disks": [{"size": 64}]}, "by_name": {"kubnode1": {"disks": []}}}
    assert problems("virtualbox", **disks) == problems("libvirt", **disks) == {}
    said = (
        "There are no extra disks with LXC containers: containers have no disks of their own. Delete it and name a "
        "folder of this host in machines.folders, or choose VirtualBox or libvirt (KVM, QEMU)."
    )
    assert problems("lxc", **disks) == {"machines.disks": said, "machines.worker.disks": said}
    assert problems("vmware_desktop", by_name={"kubnode1": {"disks": [{"size": 64}]}}) == {
        "machines.by_name.kubnode1.disks": "There are no extra disks with VMware Desktop: kubetui cannot add any to "
        "its machines. Delete it, or choose VirtualBox or libvirt (KVM, QEMU)."
    }


def test_existing_machines_are_what_they_are() -> None:
    chosen = {"ports": [port()], "folders": [folder()], "disks": [{"size": 64}], "worker": {"disks": [{"size": 64}]}}
    fields = ["machines.ports", "machines.folders", "machines.disks", "machines.worker.disks"]
    assert problems("hosts", **chosen) == {
        field: f"{field} is for machines that kubetui makes, and these exist. Delete it, and set that up on the "
        "machines themselves."
        for field in fields
    }


def test_a_rehearsal_takes_every_profile_that_real_machines_take() -> None:
    assert problems("rehearsal", ports=[port()], folders=[folder(writable=True)], disks=[{"size": 64}]) == {}
