"""How the doctor judges a host's numbers, and that examining the real host changes nothing."""

from __future__ import annotations

import asyncio
import shutil
import sys
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from kubetui.base.check import Check, blocking
from kubetui.base.system import memory
from kubetui.host import addresses, doctor
from kubetui.host import checks as hostchecks
from kubetui.machines.vagrant import virtualbox
from kubetui.machines.vagrant.leftovers import never_started
from kubetui.machines.vagrant.project import VagrantProject
from kubetui.machines.vagrant.settings import machines_document
from kubetui.profile.plan import Plan
from kubetui.profile.rules.ranges import Problem
from kubetui.profile.schema.kinds import PROVIDERS
from kubetui.profile.schema.profile import Profile

GIB = 1024**3


def plan(provider: str = "virtualbox", **more: Any) -> Plan:
    return Plan(Profile.model_validate({"provider": provider, **more}))


def test_memory() -> None:
    machines = plan().machines
    check = hostchecks.memory_check
    assert check(plan(), machines, 16000, 12000) == Check(
        "Memory", "ok", "12000 of 16000 MiB are free, 6144 are planned"
    )
    assert check(plan(), machines, 16000, 4000).status == "warning"
    assert check(plan(), machines, 6000, 5000).status == "failed"
    assert check(plan(), [], 6000, 500).status == "ok"
    assert check(plan("lxc"), machines, 2048, 2000).status == "warning"


def test_containers_share_the_memory_of_this_host() -> None:
    chosen = plan("lxc", machines={"memory": 8192}, network={"pod_network": "kube-router"})
    said = hostchecks.memory_check(chosen, chosen.machines, 16000, 12000).message
    assert said.startswith("12000 of 16000 MiB are free, 3822 are planned")
    assert said.endswith("(containers share this host's memory: 1274 for each, whatever its size)")
    assert chosen.memory_of(chosen.machines) == 3822
    assert plan().memory_of(plan().machines) == 6144


def test_a_disk_without_a_plan_is_judged_for_one_machine() -> None:
    found = hostchecks.disk_check("/somewhere", 5 * GIB, None)
    assert found.status == "warning"
    assert found.message == "5 GiB are free; each machine takes about 6."


def test_cpus() -> None:
    large = {"cpus": 8}
    assert hostchecks.cpu_check(plan(), 2).status == "ok"
    assert hostchecks.cpu_check(plan(machines=large), 4).message == (
        "kubmaster is planned with 8 CPUs, and this host has 4."
    )
    assert hostchecks.cpu_check(plan(machines=large), 4).status == "failed"
    assert hostchecks.cpu_check(plan("libvirt", machines=large), 4).status == "warning"
    assert hostchecks.cpu_check(plan("lxc"), 1).status == "failed"
    assert hostchecks.cpu_check(plan("lxc", machines=large), 2).status == "ok"
    assert hostchecks.cpu_check(plan(), None).status == "warning"


@pytest.mark.parametrize(
    ("free", "machines", "status"), [(20, 3, "ok"), (10, 3, "warning"), (5, 3, "failed"), (0, 0, "ok")]
)
def test_disk(free: int, machines: int, status: str) -> None:
    assert hostchecks.disk_check("/somewhere", free * GIB, machines).status == status


def test_extra_disks_count_as_full() -> None:
    disks = {"worker": {"disks": [{"size": "10 GiB"}, {"size": 64}]}}
    chosen = Plan(Profile.model_validate({"machines": disks}))
    extra = hostchecks.extra_disks(chosen.machines)
    assert extra == 21
    check = hostchecks.disk_check("/somewhere", 38 * GIB, 3, extra)
    assert check.status == "warning"
    assert check.message.startswith(
        "38 GiB are free, 18 are planned for 3 new machines, and 21 for their extra disks once these are full"
    )
    assert hostchecks.disk_check("/somewhere", 39 * GIB, 3, extra).status == "ok"
    assert hostchecks.disk_check("/somewhere", 18 * GIB, 3).status == "ok"


def test_the_memory_of_this_host_is_known() -> None:
    total, available = memory()
    assert 0 < available < total


def test_only_failures_block() -> None:
    checks = (Check("a", "ok", ""), Check("b", "warning", ""), Check("c", "failed", ""))
    assert blocking(checks) == (checks[2],)


def test_addresses() -> None:
    problem = Problem(("network", "pod_cidr"), "The pods overlap.", "Choose others.")
    failed = Check("Addresses", "failed", "The pods overlap.", "Choose others.")
    for known in (True, False):
        assert hostchecks.range_checks([problem], routes_known=known) == (failed,)
        used = hostchecks.in_use_check([IPv4Address("192.168.56.101")], 3, routes_known=known)
        assert used is not None
        assert (used.status, "192.168.56.101 answers already" in used.message) == ("failed", True)
    assert hostchecks.range_checks([], routes_known=True)[0].status == "ok"
    assert hostchecks.in_use_check([], 0, routes_known=True) is None


def test_what_a_system_does_not_tell_is_not_checked_and_never_ok() -> None:
    checks = (*hostchecks.range_checks([], routes_known=False), hostchecks.in_use_check([], 0, routes_known=False))
    for check in checks:
        assert check is not None
        assert check.status == "not checked"
        assert "not checked" in check.message
        assert "netstat -rn" in check.fix
    assert blocking([check for check in checks if check]) == ()


@pytest.mark.parametrize("provider", ["virtualbox", "vmware_desktop", "libvirt", "hosts"])
async def test_on_macos_the_doctor_says_what_it_does_not_check(
    provider: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(addresses, "ROUTES", tmp_path / "none")
    monkeypatch.setattr(virtualbox, "NETWORKS_CONF", tmp_path / "none")
    monkeypatch.setattr(virtualbox, "_MODULES", tmp_path / "none")
    # no interface of the computer that runs the tests has this network
    host = {"name": "m1", "address": "198.51.100.9", "role": "control plane"}
    more = {"hosts": [host]} if provider == "hosts" else {"network": {"first_address": "192.168.63.101"}}
    checks = await doctor.examine(plan(provider, **more))
    unknown = {check.name for check in checks if check.status == "not checked"}
    expected = {"Addresses"} if provider == "hosts" else {"Addresses", "Addresses in use"}
    assert unknown == expected | ({"Host-only range"} if provider == "virtualbox" else set())


async def test_an_address_is_in_use_when_something_accepts_or_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    here = IPv4Address("127.0.0.1")
    assert await doctor.answers_at(here, port)
    server.close()
    await server.wait_closed()
    assert await doctor.answers_at(here, port)

    async def unreachable(*_: Any) -> None:
        raise OSError(113, "No route to host")

    async def silent(*_: Any) -> None:
        await asyncio.sleep(60)

    for nobody in (unreachable, silent):
        monkeypatch.setattr(asyncio, "open_connection", nobody)
        assert not await doctor.answers_at(here, port)


def test_an_address_of_the_clusters_own_machine_may_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    folder = tmp_path / "kubetui" / "clusters" / "lab"
    (folder / ".vagrant/machines/kubmaster/virtualbox").mkdir(parents=True)
    (folder / ".vagrant/machines/kubmaster/virtualbox/id").touch()
    VagrantProject(folder).write(machines_document(plan()))
    renamed = plan(machines={"control_plane_name": "first"})
    missing = never_started(folder, renamed.machines)
    asked = doctor._strange(renamed, missing)
    assert list(map(str, asked)) == ["192.168.56.102", "192.168.56.103"]
    (folder / "machines.json").write_text("{")
    assert len(doctor._strange(renamed, missing)) == 3


async def test_a_host_without_programs_learns_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    failed = {check.name for check in blocking(await doctor.examine(plan("lxc")))}
    assert {"Vagrant", "LXC containers"} <= failed
    assert "vagrant-lxc" not in failed
    assert {"Vagrant", "Providers"} <= {check.name for check in blocking(await doctor.examine(None))}
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240


@pytest.mark.skipif(shutil.which("vagrant") is None, reason="Vagrant is not installed")
async def test_this_host_is_examined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for provider in (None, *PROVIDERS):
        checks = await doctor.examine(plan(provider) if provider else None)
        assert checks[0].name == {"rehearsal": "Rehearsal", "hosts": checks[0].name}.get(provider or "", "Vagrant")
        assert all(check.fix for check in checks if check.status == "failed")
        assert not any("!" in check.message + check.fix for check in checks)
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240
