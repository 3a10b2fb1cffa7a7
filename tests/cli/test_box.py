"""`kubetui up` without a box: a question on a terminal, and the exact command without one. The builder is a fake."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import pytest

from kubetui.base.errors import HostError, StoppedError
from kubetui.cli.asking import box
from kubetui.operations.boxes import offer as boxes
from tests.fakebuilder import FakeBuilder
from tests.machines.vagrant.standin import plan
from tests.shelf import put_box

COMMAND = "kubetui boxes build debian-13 --provider virtualbox"


class Terminal:
    """A standard input on which somebody could answer."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeBuilder:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path / "vagrant"))
    fake = FakeBuilder(tmp_path / "vagrant")
    monkeypatch.setattr(boxes, "BUILDER", fake)
    return fake


def answer(monkeypatch: pytest.MonkeyPatch, *, yes: bool) -> list[str]:
    asked: list[str] = []

    def confirm(question: str, **_more: object) -> bool:
        asked.append(question)
        return yes

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(click, "confirm", confirm)
    return asked


def test_without_a_terminal_nothing_is_built_and_the_command_is_told(builder: FakeBuilder) -> None:
    with pytest.raises(HostError) as caught:
        box(plan())
    assert caught.value.id == "BOX-NONE"
    assert f"(a download of 412 MB): {COMMAND}" in caught.value.fix
    assert not builder.built


def test_a_yes_builds_the_box_and_the_plan_uses_it(
    builder: FakeBuilder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = answer(monkeypatch, yes=True)
    assert box(plan()).box == "kubetui/debian-13"
    assert builder.built == [("debian-13", "virtualbox")]
    assert asked == ["Build a box with debian-13 for VirtualBox now (a download of 412 MB)?"]
    said = capsys.readouterr()
    assert said.out == ""
    assert "could not be asked" in said.err
    assert "fetching debian-13" in said.err


def test_a_no_builds_nothing_and_names_the_command(builder: FakeBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, yes=False)
    with pytest.raises(StoppedError) as caught:
        box(plan())
    assert COMMAND in caught.value.fix
    assert not builder.built


def test_a_box_on_this_host_leaves_nothing_to_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer(monkeypatch, yes=True)
    put_box(tmp_path / "vagrant", "bento/ubuntu-24.04", "1.0")
    assert box(plan()) == plan()
    assert not asked
