"""The man pages are what the command line says, and man renders them without a warning."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
from collections.abc import Iterator, Mapping

import click
import pytest

from kubetui.cli.main import main
from tests.packaging.built import ROOT, Installed

MAN = ROOT / "man"


def pages() -> Mapping[str, str]:
    made: Mapping[str, str] = runpy.run_path(str(MAN / "make.py"))["pages"]()
    return made


def test_the_pages_are_current() -> None:
    if os.environ.get("KUBETUI_GOLDEN") == "write":
        for name, text in pages().items():
            (MAN / name).write_text(text, encoding="utf-8")
    assert {path.name: path.read_text(encoding="utf-8") for path in MAN.glob("*.1")} == pages(), (
        "run KUBETUI_GOLDEN=write pytest tests/packaging/test_manual.py, and look at what it wrote"
    )


def commands(group: click.Group, words: str = "kubetui") -> Iterator[str]:
    """Yield every command as a person types it."""
    for name, command in group.commands.items():
        if not command.hidden:
            yield f"{words} {name}"
        if isinstance(command, click.Group):
            yield from commands(command, f"{words} {name}")


def rendered(page: str, installed: Installed) -> str:
    """Return a page as man shows it. Fails where man is missing: .ci/run installs it."""
    assert shutil.which("man"), "man-db and groff-base are not installed"
    done = subprocess.run(
        ["man", "--warnings", "--encoding=UTF-8", page],
        env={**installed.environment, "MANPATH": str(installed.folder / "share" / "man"), "MANWIDTH": "100"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("page", ["kubetui", "kubetui-wizard"])
def test_man_finds_and_renders_the_installed_page(installed: Installed, page: str) -> None:
    text = " ".join(rendered(page, installed).split())
    assert text.startswith("KUBETUI(1)")
    assert [words for words in commands(main) if words not in text] == []
    assert "--rehearse-fault FAULT" in text
