"""Rehearsed failures: each is diagnosed from its output, and the next run resumes and succeeds."""

import pytest

from kubetui.engine.events import CommandStarted, TaskFinished
from kubetui.machines.rehearsal.faults import FAULTS
from tests.machines.rehearsal.conftest import Theatre

FAILING = {
    "init-timeout": ("kubmaster/init", "KUBEADM-TIMEOUT", "kubeadm init --config=/run/kubetui-init.yaml --skip-token-"),
    "apt-lock": (
        "kubnode2/kubernetes",
        "APT-LOCK",
        "apt-get install --yes --no-install-recommends --allow-change-held",
    ),
    "image-pull": ("kubnode2/images", "IMAGE-PULL", "crictl pull registry.k8s.io/kube-proxy:v1.37.2"),
    "join-unreachable": ("kubnode2/join", "CONTROL-PLANE-UNREACHABLE", ""),
}
"""The task that fails, the error's id, and the beginning of the command that failed, if one did."""


def test_every_fault_is_tested() -> None:
    assert FAULTS.keys() == {*FAILING, "ssh-drop"}


@pytest.mark.parametrize("fault", FAILING)
async def test_each_fault_is_diagnosed_and_the_next_run_succeeds(fault: str, theatre: Theatre) -> None:
    finished = await theatre.up(fault=fault)
    assert (finished.ok, finished.failed) == (False, 1)
    task, error, command = FAILING[fault]
    assert [(str(event.task), event.error_id) for event in theatre.failures] == [(task, error)]
    failed = theatre.failures[0].command
    assert failed.startswith(command) if command else failed == ""
    told = [event.text for event in theatre.events if isinstance(event, CommandStarted)]
    assert failed in ("", *told)
    assert theatre.failures[0].fix
    assert "«" not in "".join(theatre.failures[0].tail)
    again = await theatre.up(fault=fault)
    assert again.ok
    assert again.changed


async def test_an_interrupted_init_is_reset(theatre: Theatre) -> None:
    await theatre.up(fault="init-timeout")
    await theatre.leave()
    assert (await theatre.up()).ok
    assert theatre.lines("kubmaster", "init")[0].startswith("resetting what an earlier kubeadm init left")


async def test_a_dropped_connection_loses_no_line(theatre: Theatre) -> None:
    finished = await theatre.up(fault="ssh-drop")
    assert finished.ok
    dropped = theatre.lines("kubnode2", "kubernetes")
    whole = theatre.lines("kubnode1", "kubernetes")
    said = [line for line in dropped if "connection lost" in line or "waiting for SSH" in line]
    assert said
    assert [line for line in dropped if line not in said] == whole


async def test_a_failed_join_does_not_stop_other_joins(theatre: Theatre) -> None:
    finished = await theatre.up(fault="join-unreachable")
    assert (finished.partly, finished.ready, finished.nodes) == (True, 2, 3)
    assert finished.not_ready == ("kubnode2",)
    assert [line.split()[:2] for line in theatre.table[1:]] == [["kubmaster", "Ready"], ["kubnode1", "Ready"]]
    again = await theatre.up()
    # the second run only joins the missing worker
    assert [
        str(event.task) for event in theatre.events if isinstance(event, TaskFinished) and event.outcome == "done"
    ] == ["kubnode2/join"]
    assert (again.partly, again.ready, again.not_ready) == (False, 3, ())


async def test_a_machine_that_fails_before_its_join_counts_as_not_ready(theatre: Theatre) -> None:
    assert (await theatre.up(fault="image-pull")).not_ready == ("kubnode2",)


async def test_nodes_are_not_read_without_a_control_plane(theatre: Theatre) -> None:
    finished = await theatre.up(fault="init-timeout")
    assert (finished.partly, finished.ready, finished.not_ready) == (False, 0, ())
