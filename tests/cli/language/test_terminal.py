"""Colours as --color says, and a pager where a person reads."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from io import StringIO
from pathlib import Path

import click
import pytest

from kubetui.cli.language.terminal import Color, color_option, colored
from kubetui.cli.language.tree import Command, Group, name_variables

PAGER = '#!/bin/sh\ncat >"$(dirname "$0")/read"\n'


class Screen(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("words", "terminal", "expected"),
    [
        ([], True, True),
        ([], False, False),
        (["--color", "always"], False, True),
        (["--color", "never"], True, False),
        (["--color", "auto"], True, True),
    ],
)
def test_colours_are_written_where_they_are_wanted(
    monkeypatch: pytest.MonkeyPatch, words: list[str], *, terminal: bool, expected: bool
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    seen = []
    command = click.Command("x", params=[color_option()], callback=lambda: seen.append(colored(stream)))
    stream = Screen() if terminal else StringIO()
    command.main(words, standalone_mode=False)
    assert seen == [expected]


def test_what_is_said_before_a_command_counts_more_than_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    group = Group("x")
    group.add_command(Command("y", callback=lambda: seen.append(colored(StringIO()))))
    name_variables(group)
    monkeypatch.setenv("KUBETUI_COLOR", "never")
    group.main(["--color", "always", "y"], standalone_mode=False)
    group.main(["y", "--color", "always"], standalone_mode=False)
    group.main(["y"], standalone_mode=False)
    assert seen == [True, True, False]


@pytest.mark.parametrize(("color", "left"), [("never", "1"), ("always", None), ("auto", None)])
def test_programs_that_are_started_know_it_too(monkeypatch: pytest.MonkeyPatch, color: Color, left: str | None) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    if color == "auto":
        monkeypatch.delenv("NO_COLOR")
    click.Command("x", params=[color_option()]).main(["--color", color], standalone_mode=False)
    assert os.environ.get("NO_COLOR") == left


def test_no_color_is_obeyed_unless_the_command_line_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colored(Screen())


def in_terminal(folder: Path, *words: str) -> str:
    """Run kubetui in a small terminal with a pager that writes down what it gets; return what the terminal got."""
    pager = folder / "pager"
    pager.write_text(PAGER)
    pager.chmod(0o755)
    ours, theirs = pty.openpty()
    environment = {
        **os.environ,
        "PAGER": str(pager),
        "HOME": str(folder),
        "TERM": "xterm",
        "LINES": "60",
        "COLUMNS": "80",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "kubetui", *words], env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        got = bytearray()
        try:
            while data := os.read(ours, 4096):
                got += data
        except OSError:
            # how Linux says that the other side is closed
            pass
        finally:
            os.close(ours)
    assert process.returncode == 0
    return got.decode()


def test_a_long_text_goes_through_the_pager_and_a_short_one_does_not(tmp_path: Path) -> None:
    assert "kubeadm init" not in in_terminal(tmp_path, "plan", "tutorial")
    assert "kubeadm init" in (tmp_path / "read").read_text()
    (tmp_path / "read").unlink()
    assert "CNI" in in_terminal(tmp_path, "explain", "cni")
    assert not (tmp_path / "read").exists()


def test_a_program_that_reads_gets_no_pager(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kubetui", "plan", "tutorial"],
        env={**os.environ, "PAGER": "false", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "kubeadm init" in done.stdout
