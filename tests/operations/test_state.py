"""Looking at clusters works even if one of them is damaged, unreadable or silent."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from kubetui.base.errors import RunError
from kubetui.cluster import api
from kubetui.cluster.folder import Cluster, all_names
from kubetui.cluster.tables import Table, aligned_table
from kubetui.engine.provider import MachineState
from kubetui.operations import observe, state
from kubetui.operations.state import State, glance, glances, look
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.profile import Profile
from tests.fakes import FakeProvider


@pytest.fixture(autouse=True)
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for name in ("lab", "other"):
        Cluster(name).create()
        Cluster(name).profile.write_text(profilefile.dump(Profile(name=name)))
    return Cluster("lab")


def built(cluster: Cluster) -> None:
    records = [{"event": "run", "tasks": 1}, {"event": "finish", "ok": True}]
    lines = [json.dumps({"n": number, "at": 1.0, **record}) + "\n" for number, record in enumerate(records, 1)]
    cluster.journal.write_text("".join(lines))
    cluster.kubeconfig.write_text("{}")


def states() -> dict[str, tuple[str, str]]:
    return {each.name: (each.state.value, each.detail) for each in glances()}


def unreadable(function: Callable[..., Any], folder: Path) -> Callable[..., Any]:
    """Refuse access to a folder's contents, as for another user's folder."""

    def refuse(path: Any, *arguments: Any, **options: Any) -> Any:
        if isinstance(path, str | Path) and folder in Path(path).parents:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return function(path, *arguments, **options)

    return refuse


RECORDS = {
    "a number alone": '{"n": 1}',
    "no task": '{"n": 1, "at": 1.0, "event": "begin"}',
    "too deep": "[" * 100_000,
}


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_a_damaged_journal_affects_one_cluster(lab: Cluster, record: str) -> None:
    lab.journal.write_text(record + "\n")
    assert states() == {
        "lab": ("unknown", "its journal cannot be read"),
        "other": ("stopped", "before its first step"),
    }


def test_a_folder_in_place_of_a_journal_affects_one_cluster(lab: Cluster) -> None:
    lab.journal.mkdir()
    assert states()["lab"] == ("unknown", "its journal cannot be read")


def test_another_users_folder_is_listed_as_unreadable(lab: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    (lab.folder.parent / "no-cluster").mkdir()
    for name in ("stat", "lstat", "open", "scandir"):
        monkeypatch.setattr(os, name, unreadable(getattr(os, name), lab.folder))
    assert all_names() == ("lab", "other")
    assert states()["lab"] == ("unknown", "its profile cannot be read")
    assert states()["other"][0] == "stopped"


def test_who_works_on_a_cluster_is_told_by_its_lock(lab: Cluster) -> None:
    built(lab)
    assert glance(lab).state is State.UNKNOWN
    with lab.lock():
        assert (glance(lab).state, glance(lab).pid) == (State.BUILDING, os.getpid())
    with lab.lock("destroy"):
        assert glance(lab).state is State.DESTROYING
    with lab.lock("check"):
        assert glance(lab).state is State.UNKNOWN
    assert glance(lab).pid == 0


class Told(FakeProvider):
    def __init__(self, *states: MachineState) -> None:
        super().__init__()
        self.known: Mapping[str, MachineState] = dict(zip(("kubmaster", "kubnode1", "kubnode2"), states, strict=True))


def asked(monkeypatch: pytest.MonkeyPatch, over_api: str, over_ssh: str, provider: FakeProvider) -> list[str]:
    """Give these answers, empty for none; return who was asked."""
    ways: list[str] = []

    async def by_api(_kubeconfig: Path) -> Table:
        ways.append("api")
        if not over_api:
            raise RunError("The API server cannot be reached from this host.")
        return aligned_table(over_api, 1.0)

    async def by_ssh(_self: observe.Observer) -> Table:
        ways.append("ssh")
        if not over_ssh:
            raise RunError("kubmaster does not answer.")
        return aligned_table(over_ssh, 1.0)

    def make(*_: object) -> FakeProvider:
        ways.append("provider")
        return provider

    monkeypatch.setattr(api, "nodes", by_api)
    monkeypatch.setattr(observe.Observer, "nodes", by_ssh)
    monkeypatch.setattr(state, "make", make)
    return ways


READY = "NAME        STATUS\nkubmaster   Ready\nkubnode1    Ready,SchedulingDisabled\nkubnode2    Ready\n"
LOST = READY.replace("kubnode2    Ready", "kubnode2    NotReady")
RUNNING, STOPPED = MachineState.RUNNING, MachineState.STOPPED


@pytest.mark.parametrize(
    ("over_api", "over_ssh", "machines", "words", "ways"),
    [
        (READY, "", (RUNNING,) * 3, "ready", ["api"]),
        (LOST, "", (RUNNING,) * 3, "degraded: kubnode2 is not Ready", ["api"]),
        ("", READY, (RUNNING,) * 3, "ready", ["api", "ssh"]),
        ("", "", (STOPPED,) * 3, "off: its machines are halted", ["api", "ssh", "provider"]),
        ("", "", (STOPPED, RUNNING, RUNNING), "unreachable: kubmaster does not answer.", ["api", "ssh", "provider"]),
    ],
)
async def test_a_built_cluster_is_asked_the_cheapest_way(
    lab: Cluster,
    monkeypatch: pytest.MonkeyPatch,
    over_api: str,
    over_ssh: str,
    machines: tuple[MachineState, ...],
    words: str,
    ways: list[str],
) -> None:
    built(lab)
    heard = asked(monkeypatch, over_api, over_ssh, Told(*machines))
    assert (await look(lab)).words == words
    assert heard == ways


async def test_a_cluster_that_was_never_ready_is_not_asked(lab: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    ways = asked(monkeypatch, READY, READY, Told(RUNNING, RUNNING, RUNNING))
    assert (await look(lab)).state is State.STOPPED
    lab.kubeconfig.write_text("{}")
    found = await look(lab)
    assert (found.state, found.ready, ways) == (State.STOPPED, 3, ["api"])
    with lab.lock():
        assert (await look(lab)).state is State.BUILDING
    assert ways == ["api"]
