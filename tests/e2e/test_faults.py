"""Injected faults: runs survive temporary ones and name permanent ones, and the next `up` continues."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from kubetui.base.errors import ExitCode
from tests.e2e.conftest import LANE, Lab, Maker
from tests.e2e.faults import Container, Front, front, lasting, noticed
from tests.e2e.running import Strike, running
from tests.e2e.test_interrupted import assert_whole
from tests.e2e.test_up import nodes

pytestmark = pytest.mark.e2e

MIRROR_PORT, REGISTRY_PORT = 3201 + 10 * LANE, 3202 + 10 * LANE


@contextmanager
def fronted(fresh: Maker, name: str, folder: Path, **changes: Any) -> Iterator[tuple[Lab, Front, Front]]:
    """Create a lab whose package mirror and image registry are behind fronts."""
    plain = fresh(name, **changes)
    mirrors = plain.document["mirrors"]
    packages, key = mirrors["packages"]["url"], mirrors["packages"]["key"]
    real, path = packages[: packages.index("/", 8)], packages[packages.index("/", 8) :]
    registry = next(iter(mirrors["registries"].values()))
    with (
        front(plain, real, MIRROR_PORT, folder) as mirror,
        front(plain, registry, REGISTRY_PORT, folder) as images,
    ):
        changed = {
            "packages": {"url": mirror.url + path, "key": mirror.url + key[len(real) :]},
            "registries": dict.fromkeys(mirrors["registries"], images.url),
        }
        yield fresh(name, **changes, mirrors=changed), mirror, images


def ended(lab: Lab) -> None:
    assert_whole(lab)
    lab.kubetui("destroy", lab.name, "--yes")


@pytest.mark.slow
def test_a_run_survives_several_temporary_faults(fresh: Maker, tmp_path: Path) -> None:
    """One run meets a held apt lock, a failing mirror and registry, a suspended machine and cut networks."""
    with fronted(fresh, "badday", tmp_path) as (lab, mirror, images):
        master, first, second = (Container(lab, name) for name in ("kubmaster", "kubnode1", "kubnode2"))
        with running(lab) as run:
            strikes = {
                ("swap", "kubnode1"): noticed(first.apt_locked, lambda: run.said_that("held by process")),
                ("repository", "kubnode2"): lasting(lambda: mirror.doing("503"), 8),
                ("kubernetes", "kubnode2"): lasting(second.cut, 30),
                ("images", "kubmaster"): lasting(lambda: images.doing("half"), 5),
                ("init", "kubmaster"): lasting(master.frozen, 20),
                ("join", "kubnode1"): lasting(first.cut, 10),
            }
            assert run.end(strikes) == 0
        assert run.said_that("held by process")
        assert run.said_that("connection lost; reconnecting, 1 of")
        ended(lab)


@pytest.mark.slow
def test_a_permanent_fault_is_named_and_stops_only_its_machine(fresh: Maker) -> None:
    lab = fresh("stays", machines={"workers": 2})
    master, first, second = (Container(lab, name) for name in ("kubmaster", "kubnode1", "kubnode2"))
    with ExitStack() as disk, ExitStack() as port, running(lab) as run:
        strikes: dict[tuple[str, str], Strike] = {
            ("kubernetes", "kubnode1"): lambda: disk.enter_context(first.full("/var/lib/containerd")),
            ("kubernetes", "kubmaster"): lambda: port.enter_context(master.port_taken(6443)),
        }
        assert run.end(strikes) == 4
        assert run.errors() == {("images", "kubnode1"): "DISK-FULL", ("init", "kubmaster"): "PORT-TAKEN"}
        (said,) = [event["error"] for event in run.events if event.get("error_id") == "DISK-FULL"]
        assert "/var/lib/containerd has" in said
        assert "needs 350 MiB" in said
    with second.kept_from(6443), running(lab) as run:
        assert run.end() == ExitCode.PARTLY
        assert run.errors() == {("join", "kubnode2"): "CONTROL-PLANE-UNREACHABLE"}
        assert set(nodes(lab)) == {"kubmaster", "kubnode1"}
    with running(lab) as run:
        assert run.end() == 0
        done = {str(event["task"]) for event in run.events if event.get("outcome") == "done"}
        assert all("kubnode2" in task or "check" in task for task in done), done
    ended(lab)


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["cut", "frozen", "off"])
def test_a_run_or_its_retry_survives_machines_that_drop_out(fresh: Maker, fault: str) -> None:
    """Machines drop out during a package install, `kubeadm init` and `kubeadm join`."""
    lab = fresh("drops")
    seconds = {"cut": 30.0, "frozen": 20.0, "off": 1.0}[fault]
    machines = {"kubernetes": "kubnode1", "init": "kubmaster", "join": "kubnode2"}
    strikes = {(step, name): lasting(getattr(Container(lab, name), fault), seconds) for step, name in machines.items()}
    with running(lab) as run:
        code = run.end(strikes)
    assert code == 0 or set(run.errors().values()) <= {"SSH-LOST", "KUBEADM-TIMEOUT", "CONTROL-PLANE-UNREACHABLE"}, (
        run.errors()
    )
    if code:
        lab.up()
    ended(lab)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["stopped", "503", "half", "slow"])
def test_a_run_survives_servers_that_fail_for_a_while(fresh: Maker, tmp_path: Path, mode: str) -> None:
    with fronted(fresh, "while", tmp_path, machines={"workers": 0}) as (lab, mirror, images):
        strikes = {
            ("repository", "kubmaster"): lasting(lambda: mirror.doing(mode), 12),
            ("kubernetes", "kubmaster"): lasting(lambda: mirror.doing(mode), 12),
            ("images", "kubmaster"): lasting(lambda: images.doing(mode), 12),
        }
        with running(lab) as run:
            assert run.end(strikes) == 0
        ended(lab)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["stopped", "503", "half"])
def test_servers_that_keep_failing_are_named(fresh: Maker, tmp_path: Path, mode: str) -> None:
    with fronted(fresh, "forgood", tmp_path, machines={"workers": 0}) as (lab, mirror, images):
        for server, step, wanted in (
            (mirror, "kubernetes", {"APT-FETCH", "PACKAGE-CHANGED"}),
            (images, "images", {"IMAGE-PULL"}),
        ):
            with server.doing("ok"), running(lab) as run:
                assert run.until(("TaskStarted",), step)
                server.mode.write_text(mode)
                assert run.end(timeout=900) == 4
                (found,) = run.errors().values()
                assert found in wanted
                (failed,) = [event for event in run.events if event.get("error_id") == found]
                assert server.url in "\n".join([failed["error"], *failed["tail"]])
        lab.up()
        ended(lab)


@pytest.mark.slow
def test_a_run_waits_while_apt_is_locked_for_a_minute(fresh: Maker) -> None:
    lab = fresh("locked", machines={"workers": 0})
    with running(lab) as run:
        assert run.end({("base", "kubmaster"): lasting(Container(lab, "kubmaster").apt_locked, 60)}) == 0
    assert run.said_that("held by process")
    ended(lab)
