"""Copies of containers: made while all are frozen, never written again, brought back wherever that was cut off."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from kubetui.base.errors import HostError, RunError
from kubetui.base.system import this_system
from kubetui.machines.vagrant.snapshots import copies
from kubetui.machines.vagrant.snapshots.copies import Copies
from tests.containers import PLAN, Host, Killed
from tests.machines.vagrant.standin import drop


@pytest.fixture
def made(host: Host, tmp_path: Path) -> Copies:
    return Copies(PLAN, tmp_path, this_system())


async def restored(made: Copies, label: str) -> None:
    await made.check(label)
    for machine in PLAN.machines:
        await made.restore(machine, label, drop)


async def test_what_is_saved_comes_back(host: Host, made: Copies) -> None:
    await made.save("one", "", drop)
    assert host.states() == {"RUNNING"}
    assert host.labels() == {"one"}
    host.write("after!")
    (host.place / "lab-kubnode1/rootfs/new").touch()
    await restored(made, "one")
    assert host.states() == {"STOPPED"}
    assert {host.read(name) for name in host.names} == {"before"}
    assert not (host.place / "lab-kubnode1/rootfs/new").exists()
    assert host.entries() == {"rootfs", "state", copies.KEPT}


async def test_every_container_is_frozen_while_any_copy_that_counts_is_made(host: Host, made: Copies) -> None:
    await made.save("one", "", drop)
    kinds = [line.split()[0] for line in host.called]
    counting = [place for place, line in enumerate(host.called) if line.startswith("rsync") and ".warm/" not in line]
    frozen = [place for place, kind in enumerate(kinds) if kind == "lxc-freeze"]
    thawed = [place for place, kind in enumerate(kinds) if kind == "lxc-unfreeze"]
    assert len(counting) == len(frozen) == len(thawed) == 2
    assert max(frozen) < min(counting)
    assert max(counting) < min(thawed)


async def test_machines_that_are_off_are_saved_as_they_are(host: Host, made: Copies) -> None:
    host.run("STOPPED")
    await made.save("one", "", drop)
    assert host.states() == {"STOPPED"}
    assert not [line for line in host.called if "freeze" in line]


async def test_another_copy_shares_what_did_not_change(host: Host, made: Copies) -> None:
    first = await made.save("one", "", drop)
    host.write("second")
    second = await made.save("two", "one", drop)
    place = host.place / "lab-kubmaster" / copies.KEPT
    assert (place / "one/big").stat().st_ino == (place / "two/big").stat().st_ino
    assert ((place / "one/etc/mark").read_text(), (place / "two/etc/mark").read_text()) == ("before", "second")
    assert second < first
    await restored(made, "two")
    # what runs again writes into no copy
    assert (host.place / "lab-kubmaster/rootfs/big").stat().st_ino != (place / "two/big").stat().st_ino


async def test_a_file_that_was_written_within_a_second_is_another_one(host: Host, made: Copies) -> None:
    file = host.place / "lab-kubmaster/rootfs/etc/mark"
    os.utime(file, ns=(10**18, 10**18))
    await made.save("one", "", drop)
    file.write_text("BEFORE")
    os.utime(file, ns=(10**18, 10**18 + 1000))
    await made.save("two", "one", drop)
    await restored(made, "two")
    assert host.read() == "BEFORE"


async def test_files_of_etcd_are_copied_only_while_it_is_frozen(host: Host, made: Copies) -> None:
    await made.save("one", "", drop)
    for line in host.called:
        assert (copies._ETCD in line) is (line.startswith("rsync") and line.endswith(".warm/"))


async def test_a_save_that_dies_anywhere_is_cleared(host: Host, made: Copies) -> None:
    await made.save("first", "", drop)
    whole = host.changes()
    for number in range(whole):
        host.called.clear()
        host.dies = number
        with pytest.raises(Killed):
            await made.save("cut", "first", drop)
        host.dies = 10**6
        await made.settle(drop)
        assert host.states() == {"RUNNING"}
        await made.remove("cut", drop)
        assert host.labels() == {"first"}
    host.called.clear()
    await made.save("cut", "first", drop)
    assert host.labels() == {"first", "cut"}


async def test_a_restore_that_dies_anywhere_goes_on_and_never_has_lost_both(host: Host, made: Copies) -> None:
    await made.save("one", "", drop)
    host.called.clear()
    await restored(made, "one")
    whole = host.changes()
    for number in range(whole):
        host.write("after!")
        host.run("RUNNING")
        host.called.clear()
        host.dies = number
        with pytest.raises(Killed):
            await restored(made, "one")
        for name in host.names:
            home = host.place / name
            assert [each for each in ("rootfs", "rootfs.kubetui-old") if (home / each / "etc/mark").exists()]
        host.dies = 10**6
        await made.settle(drop)
        await restored(made, "one")
        assert {host.read(name) for name in host.names} == {"before"}
        assert host.entries() == {"rootfs", "state", copies.KEPT}


async def test_containers_go_on_where_a_copy_fails(host: Host, made: Copies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_COPY", (*copies._COPY, "--no-such-option"))
    monkeypatch.setattr(Copies, "_to_copy", lambda *_: _zero())
    with pytest.raises(RunError, match=r"rsync failed: .*no-such-option"):
        await made.save("one", "", drop)
    assert host.states() == {"RUNNING"}


async def _zero() -> int:
    return 0


async def test_a_disk_without_room_is_said_before_anything_is_done(
    host: Host, made: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1000))
    with pytest.raises(HostError, match="0 MiB are free in"):
        await made.save("one", "", drop)
    assert not host.called
    for name in host.names:
        (host.place / name / copies.KEPT / "one").mkdir(parents=True)
        (host.place / name / copies.KEPT / "one/big").write_bytes(bytes(10_000))
    with pytest.raises(HostError, match="To bring it back takes"):
        await made.check("one")


async def test_without_rsync_it_is_said_how_to_install_it(made: Copies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(HostError, match="rsync"):
        await made.save("one", "", drop)


async def test_a_copy_that_somebody_removed_is_missed_before_any_container_is_touched(host: Host, made: Copies) -> None:
    await made.save("one", "", drop)
    shutil.rmtree(host.place / "lab-kubnode1" / copies.KEPT / "one")
    host.called.clear()
    with pytest.raises(RunError, match="lab-kubnode1 has no copy of the snapshot one"):
        await made.check("one")
    assert not host.called


async def test_what_somebody_left_under_its_label_is_no_part_of_it(host: Host, made: Copies) -> None:
    left = host.place / "lab-kubmaster" / copies.KEPT / "one"
    left.mkdir(parents=True)
    (left / "stray").touch()
    await made.save("one", "", drop)
    assert not (left / "stray").exists()
    assert (left / "big").exists()


async def test_a_program_that_a_killed_run_left_is_waited_for(
    host: Host, made: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = f"{host.place}/lab-kubmaster/{copies.KEPT}/one/"
    seen = iter([["rsync", "--archive", copy], ["cat", copy], ["rsync", "/elsewhere"]])

    def processes() -> list[SimpleNamespace]:
        words = next(seen)
        return [SimpleNamespace(cmdline=lambda: words, name=lambda: words[0], pid=7)]

    monkeypatch.setattr(psutil, "process_iter", processes)
    lines: list[str] = []
    await made.settle(lines.append)
    assert lines == ["rsync (process 7) of an interrupted run is still working: waiting for it"]
    # the second one only reads
    assert next(seen) == ["rsync", "/elsewhere"]
