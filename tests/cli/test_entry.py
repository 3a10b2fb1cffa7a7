"""On Windows every command says in one sentence where kubetui runs, instead of failing on an import."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from kubetui.base.errors import ExitCode
from kubetui.cli.language.tree import walk
from kubetui.cli.main import main

ROOT = Path(__file__).parents[2]
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


def on_windows(entry: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WINDOWS, entry, *words], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("words", [words for words, _ in walk(main)], ids=" ".join)
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


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """Return a copy of our packages, as an environment has them beside other projects'."""
    for name in ("kubetui", "screens"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def started(*words: str, path: Path, first: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """Start the program with our packages from `path`, and perhaps another folder before it on Python's path."""
    folders = [str(each) for each in (first, path) if each]
    text = f"import sys; sys.path[:0] = {folders!r}; sys.argv[0] = 'kubetui'; import kubetui.cli.entry as e; e.main()"
    environment = {**os.environ, "PYTHONPATH": "", **more}
    return subprocess.run(
        [sys.executable, "-c", text, *words], capture_output=True, text=True, check=False, timeout=60, env=environment
    )


@pytest.mark.parametrize("file", ["screens/__init__.py", "screens.py", "screens/app.py"])
def test_another_packages_screens_is_named_with_the_way_out(beside: Path, tmp_path: Path, file: str) -> None:
    other = tmp_path / "others" / file
    other.parent.mkdir(parents=True)
    other.write_text("raise RuntimeError\n")
    done = started("--version", path=beside, first=tmp_path / "others")
    if file == "screens/app.py":
        # a folder without __init__.py gives way to a package that comes later
        assert (done.returncode, done.stderr) == (0, "")
        return
    assert done.returncode == ExitCode.HOST
    assert done.stdout == ""
    place = other.parent if file == "screens/__init__.py" else other
    assert done.stderr == (
        f"kubetui: {place} is another project's package, and kubetui needs its own of that name.\n"
        "  Give kubetui an environment of its own: pipx install kubetui\n"
    )


def test_a_package_that_was_installed_over_ours_is_named(beside: Path) -> None:
    assert started("--version", path=beside).returncode == 0
    (beside / "screens" / "__init__.py").write_text('"""Terminal screens for another project."""\n')
    done = started("--version", path=beside)
    assert done.returncode == ExitCode.HOST
    assert str(beside / "screens") in done.stderr


def program(folder: Path, content: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "kubetui").write_bytes(content)
    (folder / "kubetui").chmod(0o755)
    return folder


OURS = b"#!/somewhere/bin/python\nfrom kubetui.cli.entry import main\nmain()\n"


@pytest.mark.parametrize("words", [(), ("--plain",), ("doctor", "--json")])
def test_another_kubetui_first_on_the_path_is_told_apart(beside: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    other = program(tmp_path / "one", b"\x7fELF kubetui.cli")
    path = f"{other}:{program(tmp_path / 'two', OURS)}:{os.environ['PATH']}"
    done = started(*words, path=beside, PATH=path, HOME=str(tmp_path), XDG_STATE_HOME=str(tmp_path / "state"))
    first = done.stderr.splitlines()[0]
    assert first.startswith(f"kubetui: The first kubetui on PATH, {other}/kubetui, is another program")
    assert "kubetui-wizard" in first


def test_nothing_is_said_elsewhere_or_of_a_copy_of_this_program(beside: Path, tmp_path: Path) -> None:
    other = program(tmp_path / "one", b"\x7fELF")
    assert started("profiles", path=beside, PATH=f"{other}:{os.environ['PATH']}", HOME=str(tmp_path)).stderr == ""
    program(tmp_path / "one", OURS)
    done = started(path=beside, PATH=f"{other}:{os.environ['PATH']}", HOME=str(tmp_path))
    assert "The first kubetui on PATH" not in done.stderr
    assert "The wizard needs a terminal" in done.stderr


def test_the_installed_program_starts_at_the_entry() -> None:
    (script,) = [point for point in entry_points(group="console_scripts") if point.name == "kubetui"]
    assert script.value == "kubetui.cli.entry:main"
