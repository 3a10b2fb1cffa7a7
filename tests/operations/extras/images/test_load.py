"""Images loaded into three machines over real SSH: each piece once, none that is there, nothing left halfway."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kubetui.base.errors import BusyError, RunError, UsageError
from kubetui.operations.extras.images.archive import Archive
from kubetui.operations.extras.images.load import Outcome, load
from tests.imagefiles import config, digest, docker, layer, oci
from tests.operations.extras.images.conftest import MACHINES, Lab

SIZE = 2_000_000
BASE, MODEL, OTHER = layer(1, SIZE), layer(2, SIZE), layer(3, SIZE)
NAME = "docker.io/library/m:1"
OVERHEAD = 150_000
"""Bytes of a load beside the pieces: the handshake, scripts, and what encryption adds."""


async def loaded(lab: Lab, path: Path, name: str = "", told: list[tuple[str, int, int]] | None = None) -> Outcome:
    with Archive(path) as archive:
        note = told.append if told is not None else lambda _each: None
        return await load(lab.cluster, archive, lambda *each: note(each), None, name)


async def test_every_machine_gets_each_piece_once_and_then_nothing(lab: Lab, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    outcome = await loaded(lab, oci(tmp_path / "m.tar", [BASE, MODEL, BASE]), told=told)
    assert outcome.troubles == {}
    assert outcome.ids(NAME) == (digest(config([BASE, MODEL, BASE])),)
    pieces = len(BASE) + len(MODEL)
    for machine in MACHINES:
        assert outcome.loaded[machine].pieces == len(lab.ingested(machine)) == 4
        assert lab.names(machine) == {NAME}
        assert list((lab.store(machine) / "roots").iterdir()) == []
        assert pieces < lab.received()[machine] < pieces + OVERHEAD
        assert max(have for name, have, total in told if name == machine) == outcome.loaded[machine].sent
    before = lab.received()
    again = await loaded(lab, tmp_path / "m.tar")
    assert [each.sent for each in again.loaded.values()] == [0, 0, 0]
    assert all(lab.received()[machine] - before[machine] < OVERHEAD for machine in MACHINES)
    assert lab.spooled() == []


async def test_an_image_that_shares_a_layer_sends_the_other_alone(lab: Lab, tmp_path: Path) -> None:
    await loaded(lab, docker(tmp_path / "m.tar", [BASE, MODEL], "m:1"))
    before = lab.received()
    outcome = await loaded(lab, docker(tmp_path / "n.tar", [BASE, OTHER], "n:1"))
    for machine in MACHINES:
        assert len(OTHER) < outcome.loaded[machine].sent < len(OTHER) + 5_000
        assert lab.received()[machine] - before[machine] < len(OTHER) + OVERHEAD
        assert lab.ingested(machine).count(digest(BASE)[:19]) == 1
        assert lab.names(machine) == {NAME, "docker.io/library/n:1"}


async def test_a_machine_that_is_off_is_named_and_the_others_go_on(lab: Lab, tmp_path: Path) -> None:
    lab.off.add("kubnode1")
    outcome = await loaded(lab, oci(tmp_path / "m.tar", [BASE]))
    assert list(outcome.loaded) == ["kubmaster", "kubnode2"]
    assert outcome.troubles == {"kubnode1": "kubnode1 is stopped."}
    lab.off.clear()
    outcome = await loaded(lab, tmp_path / "m.tar")
    assert {name: each.pieces for name, each in outcome.loaded.items()} == {
        "kubmaster": 0,
        "kubnode1": 3,
        "kubnode2": 0,
    }
    lab.off |= set(MACHINES)
    with pytest.raises(RunError, match="No machine of lab answers"):
        await loaded(lab, tmp_path / "m.tar")


async def test_a_cut_off_load_leaves_no_file_and_the_next_one_completes_it(lab: Lab, tmp_path: Path) -> None:
    path = oci(tmp_path / "m.tar", [BASE, MODEL, OTHER])
    tasks: list[asyncio.Task[Outcome]] = []

    def progress(machine: str, have: int, total: int) -> None:
        if have > len(BASE) + len(MODEL) + SIZE // 4:
            tasks[0].cancel()

    with Archive(path) as archive:
        tasks.append(asyncio.create_task(load(lab.cluster, archive, progress)))
        with pytest.raises(asyncio.CancelledError):
            await tasks[0]
    async with asyncio.timeout(60):
        while lab.spooled():  # noqa: ASYNC110 - the machines notice that the connection ended
            await asyncio.sleep(0.01)
    there = {machine: len(lab.ingested(machine)) for machine in MACHINES}
    assert all(lab.names(machine) == set() for machine in MACHINES)
    outcome = await loaded(lab, path)
    for machine in MACHINES:
        assert outcome.loaded[machine].pieces == 5 - there[machine] >= 3
        assert len(set(lab.ingested(machine))) == len(lab.ingested(machine)) == 5
        assert list((lab.store(machine) / "roots").iterdir()) == []


async def test_pieces_that_came_whole_are_kept_for_the_next_load(lab: Lab, tmp_path: Path) -> None:
    path = oci(tmp_path / "m.tar", [BASE, MODEL])
    programs = [each.standins / "ctr" for each in lab.guests.values()]
    whole = programs[0].read_text()
    for program in programs:
        program.write_text(whole.replace('mkdir -p "$at/import"', "echo 'no space left on device' >&2; exit 1"))
    outcome = await loaded(lab, path)
    assert outcome.loaded == {}
    assert all("no space left on device" in why for why in outcome.troubles.values())
    assert all(len(list((lab.store(machine) / "roots").iterdir())) == 4 for machine in MACHINES)
    for program in programs:
        program.write_text(whole)
    outcome = await loaded(lab, path)
    assert [each.pieces for each in outcome.loaded.values()] == [0, 0, 0]
    assert all(lab.names(machine) == {NAME} for machine in MACHINES)
    assert all(list((lab.store(machine) / "roots").iterdir()) == [] for machine in MACHINES)


async def test_a_lost_connection_is_named_and_the_others_have_it(lab: Lab, tmp_path: Path) -> None:
    def progress(machine: str, have: int, total: int) -> None:
        if machine == "kubnode2" and have > total // 2:
            lab.guests[machine].wire.cut()

    with Archive(oci(tmp_path / "m.tar", [BASE, MODEL, OTHER])) as archive:
        outcome = await load(lab.cluster, archive, progress)
    assert list(outcome.loaded) == ["kubmaster", "kubnode1"]
    assert "was lost" in outcome.troubles["kubnode2"]
    assert lab.names("kubnode2") == set()


async def test_another_processors_image_is_refused_before_anything_is_sent(lab: Lab, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="m:1 is for s390x, and kub"):
        await loaded(lab, oci(tmp_path / "m.tar", [BASE], architecture="s390x"))
    assert all(lab.ingested(machine) == [] for machine in MACHINES)


async def test_the_name_can_be_given(lab: Lab, tmp_path: Path) -> None:
    outcome = await loaded(lab, docker(tmp_path / "m.tar", [BASE]), "team/m:2")
    assert outcome.names == ("docker.io/team/m:2",)
    assert lab.names("kubnode2") == {"docker.io/team/m:2"}


async def test_a_name_moves_to_the_image_that_is_loaded_last(lab: Lab, tmp_path: Path) -> None:
    await loaded(lab, oci(tmp_path / "m.tar", [BASE]))
    outcome = await loaded(lab, oci(tmp_path / "m.tar", [BASE, MODEL]))
    assert outcome.ids(NAME) == (digest(config([BASE, MODEL])),)


async def test_only_one_works_on_a_cluster(lab: Lab, tmp_path: Path) -> None:
    path = oci(tmp_path / "m.tar", [BASE])
    with lab.cluster.lock("images"), pytest.raises(BusyError):
        await loaded(lab, path)
