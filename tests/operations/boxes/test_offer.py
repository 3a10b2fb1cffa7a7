"""The offer to build a box: when it is made, what it says, and what follows. The builder here is a fake."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubetui.base.errors import KubetuiError, RunError
from kubetui.base.text import LineSink, nowhere
from kubetui.engine.stop import Stop
from kubetui.operations.boxes import offer as boxes
from kubetui.operations.boxes.cloud import build as cloud
from kubetui.operations.boxes.cloud.build import PROGRAMS, box_name
from kubetui.operations.boxes.cloud.download import Progress
from kubetui.operations.boxes.offer import CloudBuilder, accept, offer
from kubetui.profile.schema.kinds import PROVIDERS
from kubetui.software.images import CATALOGUE, System
from tests.boxserver import Server, serving
from tests.fakebuilder import FakeBuilder
from tests.machines.vagrant.standin import plan, record
from tests.operations.boxes.kept import BASE
from tests.shelf import put_box

COMMAND = "kubetui boxes build debian-13 --provider virtualbox"


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serving() as found:
        monkeypatch.setenv("VAGRANT_SERVER_URL", found.url)
        yield found


@pytest.fixture
def builder(home: Path, monkeypatch: pytest.MonkeyPatch) -> FakeBuilder:
    fake = FakeBuilder(home)
    monkeypatch.setattr(boxes, "BUILDER", fake)
    return fake


async def test_an_offer_says_why_and_how_much_it_downloads(server: Server, builder: FakeBuilder) -> None:
    found = await offer(plan())
    assert found is not None
    assert found.reason == f"{BASE} is not on this host, and {server.url} does not have it."
    assert found.question == "Build a box with debian-13 for VirtualBox now (a download of 412 MB)?"
    builder.size = None
    unknown = await offer(plan())
    assert unknown is not None
    assert "its server does not say" in unknown.question
    builder.size = 0
    here = await offer(plan())
    assert here is not None
    assert "(nothing to download: the image is here)" in here.question
    assert not builder.built


async def test_the_refusal_tells_the_command(builder: FakeBuilder) -> None:
    found = await offer(plan())
    assert found is not None
    refusal = found.refusal()
    assert "does not have it" in refusal.message
    assert refusal.id == "BOX-NONE"
    assert COMMAND in refusal.fix
    assert not builder.built


async def test_what_is_offered_can_be_built_and_gets_the_name_that_is_looked_for() -> None:
    offers = {provider: await offer(plan(provider)) for provider in PROVIDERS}
    assert {provider for provider, found in offers.items() if found} == PROGRAMS.keys()
    for found in filter(None, offers.values()):
        assert box_name(CATALOGUE[found.system]) == f"kubetui/{found.system}"


async def test_a_catalogue_that_does_not_answer_is_no_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAGRANT_SERVER_URL", "http://127.0.0.1:9")
    found = await offer(plan())
    assert found is not None
    assert "could not be asked" in found.reason


async def test_nothing_is_offered_where_there_is_a_box(server: Server, home: Path, tmp_path: Path) -> None:
    for machine in plan().machines:
        record(tmp_path / "state" / "kubetui" / "clusters" / "lab", machine.name)
    assert await offer(plan()) is None
    fresh = plan(name="fresh")
    put_box(home, BASE, "1.0")
    assert await offer(fresh) is None
    assert server.asked == []


async def test_nothing_is_offered_in_place_of_a_named_box(server: Server) -> None:
    assert await offer(plan(machines={"box": "me/gone"})) is None
    assert await offer(plan("lxc")) is None
    assert await offer(plan("rehearsal")) is None
    assert server.asked == []


async def test_nothing_is_offered_while_the_catalogue_has_the_default(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAGRANT_SERVER_URL", f"{server.url}/full")
    assert await offer(plan()) is None
    assert len(server.asked) == 1


async def test_a_built_box_is_the_plans(builder: FakeBuilder) -> None:
    found = await offer(plan())
    assert found is not None
    said: list[str] = []
    built = await accept(found, said.append, Stop())
    assert built.box == "kubetui/debian-13"
    assert builder.built == [("debian-13", "virtualbox")]
    assert said == ["fetching debian-13"]
    assert await offer(built) is None


async def test_a_box_that_is_not_there_after_all_is_an_error(builder: FakeBuilder) -> None:
    builder.forgets = True
    found = await offer(plan())
    assert found is not None
    with pytest.raises(RunError, match="Vagrant does not have it"):
        await accept(found, nowhere, Stop())


async def test_the_real_builder_tells_each_tenth_of_a_download(monkeypatch: pytest.MonkeyPatch) -> None:
    async def build(system: System, provider: str, say: LineSink, progress: Progress) -> str:
        for done in range(0, 101, 5):
            await asyncio.to_thread(progress, done * 4_000_000, 400_000_000)
        await asyncio.to_thread(progress, 1, None)
        say("packing")
        return f"kubetui/{system.name} {provider}"

    monkeypatch.setattr(cloud, "build", build)
    said: list[str] = []
    assert await CloudBuilder().build("debian-13", "libvirt", said.append) == "kubetui/debian-13 libvirt"
    assert said[:2] == ["40 of 400 MB are here", "80 of 400 MB are here"]
    assert said[-2:] == ["400 of 400 MB are here", "packing"]
    assert len(said) == 11


async def test_a_silent_server_makes_the_size_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    async def size(_system: System) -> int:
        raise KubetuiError("no answer", id="DOWNLOAD")

    monkeypatch.setattr(cloud, "download_size", size)
    assert await CloudBuilder().download("debian-13") is None
