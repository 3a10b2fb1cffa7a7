"""The offer to build a box: when it is made, what it says, and what follows. The builder here is a fake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kubetui.base.errors import HostError, RunError
from kubetui.base.text import nowhere
from kubetui.engine.stop import Stop
from kubetui.operations.boxes import offer as boxes
from kubetui.operations.boxes.offer import accept, offer
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


async def test_without_a_builder_the_command_is_told() -> None:
    found = await offer(plan())
    assert found is not None
    with pytest.raises(HostError, match="does not have it") as caught:
        await accept(found, nowhere, Stop())
    assert caught.value.id == "BOX-NONE"
    assert COMMAND in caught.value.fix


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
