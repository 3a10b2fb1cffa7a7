"""The doctor's check of a box: on this host, in the catalogue, nowhere, or unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubetui.base.check import Check
from kubetui.machines.vagrant.catalogue import web
from kubetui.machines.vagrant.catalogue.check import box_checks, judged, needs
from kubetui.machines.vagrant.catalogue.web import Answer
from kubetui.profile.plan import Plan
from tests.boxserver import Server
from tests.machines.vagrant.standin import plan, record
from tests.shelf import put_box

BUILD = "kubetui boxes build debian-13 --provider virtualbox"


async def box_check(wanted: Plan) -> Check:
    (found,) = await box_checks(wanted)
    return found


async def test_a_machines_own_box_is_checked_beside_the_others(server: Server, home: Path) -> None:
    put_box(home, "bento/ubuntu-24.04", "1.0")
    found = await box_checks(plan(machines={"by_name": {"kubnode1": {"box": "me/gone"}}}))
    assert [(each.status, each.message.split()[0]) for each in found] == [
        ("ok", "bento/ubuntu-24.04"),
        ("failed", "me/gone"),
    ]
    everyone = {name: {"box": "me/there"} for name in ("kubmaster", "kubnode1", "kubnode2")}
    assert [each.status for each in await box_checks(plan("lxc", machines={"by_name": everyone}))] == ["ok"]


def named(box: str, **more: str) -> Plan:
    return plan(machines={"box": box, **more})


async def test_a_box_on_this_host_needs_no_server(server: Server, home: Path) -> None:
    for version in ("1.0", "2.0"):
        put_box(home, "bento/ubuntu-24.04", version)
    found = await box_check(plan())
    assert (found.status, found.message) == ("ok", "bento/ubuntu-24.04 1.0, 2.0 is on this host")
    assert server.asked == []


async def test_another_version_than_the_wanted_one_does_not_do(server: Server, home: Path) -> None:
    put_box(home, "me/there", "1.0")
    assert "2.0" in (await box_check(named("me/there", box_version="2.0"))).message
    assert server.asked == ["HEAD /me/there"]
    assert "1.0 is on this host" in (await box_check(named("me/there", box_version=">= 0.5"))).message


async def test_once_every_machine_exists_no_box_is_needed(server: Server, tmp_path: Path) -> None:
    for machine in plan().machines:
        record(tmp_path / "state" / "kubetui" / "clusters" / "lab", machine.name)
    assert (await box_check(plan())).message == "every machine exists, so none is needed"
    assert server.asked == []


async def test_a_box_of_the_catalogue_will_be_downloaded(server: Server) -> None:
    found = await box_check(named("me/there"))
    assert (found.status, found.message) == ("ok", "me/there is not on this host yet: Vagrant will download it")


async def test_a_named_box_that_nobody_has_fails(server: Server) -> None:
    found = await box_check(named("me/gone"))
    assert found.status == "failed"
    assert found.message == f"me/gone is not on this host, and {server.url} does not have it."
    assert BUILD in found.fix


async def test_the_default_box_that_nobody_has_is_a_warning_since_up_offers_another(server: Server) -> None:
    found = await box_check(plan())
    assert found.status == "warning"
    assert found.fix == f"Build a box: {BUILD}"


async def test_where_nobody_answers_the_check_says_what_it_could_not_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAGRANT_SERVER_URL", "http://127.0.0.1:9")
    for each in (plan(), named("me/there")):
        found = await box_check(each)
        assert found.status == "warning"
        assert "http://127.0.0.1:9 could not be asked: " in found.message
        assert "proxy" in found.fix


@pytest.mark.parametrize("answer", [Answer(found=True), Answer(found=False), Answer(None, "why")])
def test_the_end_of_the_public_catalogue_is_told(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VAGRANT_SERVER_URL")
    assert web.catalogue() == web.PUBLIC
    assert "2026-12-31" in judged(needs(plan())[0], answer).message
    monkeypatch.setenv("VAGRANT_SERVER_URL", "https://boxes.example.org")
    assert "2026-12-31" not in judged(needs(plan())[0], answer).message


async def test_lxc_has_no_default_box(server: Server) -> None:
    found = await box_check(plan("lxc"))
    assert (found.status, found.message) == ("failed", "There is no default box for LXC containers.")
    assert "machines.box" in found.fix
    assert server.asked == []


async def test_a_box_file_must_exist(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "my.box"
    assert (await box_check(named(str(file)))).message == f"There is no file {file}."
    file.touch()
    found = await box_check(named(str(file)))
    assert found.status == "ok"
    assert str(file) in found.message
    assert server.asked == []


async def test_the_server_of_a_box_file_is_asked(server: Server) -> None:
    assert (await box_check(named(f"{server.url}/there.box"))).status == "ok"
    gone = await box_check(named(f"{server.url}/gone.box"))
    assert gone.status == "failed"
    assert f"{server.url}/gone.box does not have it" in gone.message
    assert server.asked[0] == "HEAD /there.box"
