"""On Windows every command says in one sentence where kubetui runs, instead of failing on an import."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points

import click
import pytest

from kubetui.base.errors import ExitCode
from kubetui.cli.main import main

WINDOWS = """
import runpy
import sys

LACKING = {"fcntl", "termios", "tty", "pty", "resource", "pwd", "grp", "curses", "readline", "syslog"}

class Lacks:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in LACKING:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

for name in LACKING & set(sys.modules):
    del sys.modules[name]
sys.meta_path.insert(0, Lacks())
sys.platform = "win32"
entry, *sys.argv[1:] = sys.argv[1:]
if entry == "module":
    runpy.run_module("kubetui", run_name="__main__")
else:
    from kubetui.cli.entry import main
    main()
"""


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command, and of the group itself."""
    yield words
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        else:
            yield (*words, name)


def on_windows(entry: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WINDOWS, entry, *words], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("words", list(commands(main)), ids=" ".join)
def test_every_command_points_to_wsl(words: tuple[str, ...]) -> None:
    for more in ((), ("--help",), ("lab", "--no-such-option")):
        done = on_windows("script", *words, *more)
        assert done.returncode == ExitCode.HOST
        assert done.stdout == ""
        assert done.stderr.splitlines() == [
            "kubetui: This is Windows, and kubetui needs Linux or macOS: install and run it in WSL 2."
        ]


@pytest.mark.parametrize("entry", ["script", "module"])
def test_the_version_and_the_module_point_to_wsl(entry: str) -> None:
    done = on_windows(entry, "--version")
    assert (done.returncode, done.stdout) == (ExitCode.HOST, "")
    assert "WSL 2" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_installed_program_starts_at_the_entry() -> None:
    (script,) = [point for point in entry_points(group="console_scripts") if point.name == "kubetui"]
    assert script.value == "kubetui.cli.entry:main"
