"""Downloads that are cut off, fall silent, change meanwhile, or do not fit; from a real server on loopback."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.base.errors import HostError, KubetuiError
from kubetui.base.net.web import PATIENT
from kubetui.operations.boxes.cloud import download
from kubetui.operations.boxes.cloud.download import Digest
from tests.serving import QUICK, Site, serving

CONTENT = bytes(range(256)) * 4096


def digest(content: bytes) -> Digest:
    return Digest("sha256", hashlib.sha256(content).hexdigest())


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def quiet(_have: int, _total: int | None) -> None:
    pass


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        site.put("image", CONTENT)
        yield site


async def get(site: Site, target: Path, content: bytes = CONTENT, **more: Any) -> None:
    await download.file(
        site.url + "image", target, digest(content), more.pop("progress", quiet), patience=QUICK, **more
    )


async def test_a_download_tells_how_much_is_there(site: Site, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    await get(site, tmp_path / "image", progress=lambda have, total: seen.append((have, total)))
    assert (tmp_path / "image").read_bytes() == CONTENT
    assert seen == sorted(seen, key=lambda each: each[0])
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert names(tmp_path) == ["image"]


async def test_what_arrived_is_kept_and_the_next_run_asks_for_the_rest(site: Site, tmp_path: Path) -> None:
    site.cuts = [300_000, 0, 0]
    with pytest.raises(KubetuiError, match=r"0\.3 MB of it are kept") as caught:
        await get(site, tmp_path / "image")
    assert caught.value.id == "DOWNLOAD"
    assert not (tmp_path / "image").exists()
    await get(site, tmp_path / "image")
    assert (tmp_path / "image").read_bytes() == CONTENT
    assert site.asked[-1] == ("GET", "/image", "bytes=300000-")
    assert site.conditions[-1] == '"1"'
    assert names(tmp_path) == ["image"]


@pytest.mark.parametrize("heeds", [True, False], ids=["a server as it should be", "one that ignores If-Range"])
async def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(
    site: Site, tmp_path: Path, *, heeds: bool
) -> None:
    site.cuts = [300_000, 0, 0]
    with pytest.raises(KubetuiError):
        await get(site, tmp_path / "image")
    newer = CONTENT[::-1]
    site.put("image", newer, '"2"')
    site.heeds_if_range = heeds
    await get(site, tmp_path / "image", newer)
    assert (tmp_path / "image").read_bytes() == newer


async def test_a_server_without_ranges_begins_again(site: Site, tmp_path: Path) -> None:
    site.ranges = False
    site.cuts = [300_000]
    await get(site, tmp_path / "image")
    assert (tmp_path / "image").read_bytes() == CONTENT


async def test_where_nothing_tells_one_file_from_another_nothing_is_promised(site: Site, tmp_path: Path) -> None:
    site.tags["/image"] = ""
    site.cuts = [300_000, 300_000]
    with pytest.raises(KubetuiError) as caught:
        await get(site, tmp_path / "image")
    assert "kept" not in caught.value.message
    await get(site, tmp_path / "image")
    assert site.asked[-1] == ("GET", "/image", "")


async def test_a_part_that_is_longer_than_the_file_is_dropped(site: Site, tmp_path: Path) -> None:
    site.cuts = [300_000, 0, 0]
    with pytest.raises(KubetuiError):
        await get(site, tmp_path / "image")
    with (tmp_path / "image.part").open("ab") as part:
        part.write(CONTENT)
    await get(site, tmp_path / "image")
    assert (tmp_path / "image").read_bytes() == CONTENT


async def test_a_part_whose_origin_is_unknown_is_not_trusted(site: Site, tmp_path: Path) -> None:
    (tmp_path / "image.part").write_bytes(b"from somewhere else")
    await get(site, tmp_path / "image")
    assert (tmp_path / "image").read_bytes() == CONTENT


async def test_a_wrong_checksum_leaves_nothing(site: Site, tmp_path: Path) -> None:
    with pytest.raises(KubetuiError, match="does not have the checksum") as caught:
        await get(site, tmp_path / "image", b"something else")
    assert caught.value.id == "IMAGE-CHECKSUM"
    assert names(tmp_path) == []


async def test_a_server_that_falls_silent_is_named(site: Site, tmp_path: Path) -> None:
    site.hangs = True
    site.cuts = [100_000, 0, 0]
    with pytest.raises(KubetuiError, match="it is silent") as caught:
        await get(site, tmp_path / "image")
    assert "127.0.0.1" in caught.value.message


async def test_a_cancelled_download_ends_at_once_and_resumes(site: Site, tmp_path: Path) -> None:
    site.hangs = True
    site.cuts = [400_000]
    arrived = asyncio.Event()
    loop = asyncio.get_running_loop()

    def progress(have: int, _total: int | None) -> None:
        if have == 400_000:
            loop.call_soon_threadsafe(arrived.set)

    url, patient = site.url + "image", PATIENT
    fetching = asyncio.create_task(download.file(url, tmp_path / "image", digest(CONTENT), progress, patience=patient))
    await arrived.wait()
    fetching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetching
    assert not (tmp_path / "image").exists()
    await get(site, tmp_path / "image")
    assert site.asked[-1][2].startswith("bytes=")
    assert (tmp_path / "image").read_bytes() == CONTENT


async def test_no_room_is_known_before_anything_is_written(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    free = 3 * len(CONTENT)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=free))
    await get(site, tmp_path / "first", beside=2)
    with pytest.raises(HostError, match="no room") as caught:
        await get(site, tmp_path / "second", beside=3)
    assert caught.value.id == "HOST-DISK"
    assert names(tmp_path) == ["first"]


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_an_answer_that_will_not_change_is_asked_for_once(site: Site, tmp_path: Path, status: int) -> None:
    site.status["/image"] = status
    with pytest.raises(KubetuiError, match=f"answers {status}"):
        await get(site, tmp_path / "image")
    assert len(site.asked) == 1


async def test_a_server_in_trouble_is_asked_again(site: Site, tmp_path: Path) -> None:
    site.status["/image"] = 503
    with pytest.raises(KubetuiError, match="answers 503"):
        await get(site, tmp_path / "image")
    assert len(site.asked) == QUICK.tries


@given(
    content=st.binary(min_size=1, max_size=2000),
    cuts=st.lists(st.integers(0, 2000), max_size=5),
    changes=st.lists(st.booleans(), min_size=5, max_size=5),
    ranges=st.booleans(),
    tagged=st.booleans(),
)
async def test_however_often_it_is_cut_and_changed_the_file_is_the_servers(
    content: bytes, cuts: list[int], changes: list[bool], *, ranges: bool, tagged: bool
) -> None:
    with serving() as site, tempfile.TemporaryDirectory() as name:
        target = Path(name) / "image"
        site.ranges = ranges
        for number, (cut, changed) in enumerate(zip(cuts, changes, strict=False)):
            content = content[1:] + content[:1] if changed else content
            site.put("image", content, f'"{hashlib.sha256(content).hexdigest()}"' if tagged else "")
            site.cuts = [cut, 0] if number % 2 else [cut]
            try:
                await get(site, target, content)
            except KubetuiError as error:
                assert error.id == "DOWNLOAD"  # noqa: PT017 - a changed file must not look damaged
            target.unlink(missing_ok=True)
        site.put("image", content, f'"{hashlib.sha256(content).hexdigest()}"' if tagged else "")
        site.cuts = []
        await get(site, target, content)
        assert target.read_bytes() == content
