"""The wizard on real machines, driven by keyboard: from `kubetui` to the nodes table, then destroy."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Lab, Maker
from tests.e2e.test_up import planned

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]
POLL_SECONDS = 0.3


class Terminal:
    """A tmux terminal that takes keys and shows a screen."""

    def __init__(self, folder: Path, columns: int, rows: int) -> None:
        self._socket = str(folder / "tmux")
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), "sh")

    def _tmux(self, *words: str) -> str:
        return subprocess.run(["tmux", "-S", self._socket, *words], check=True, capture_output=True, text=True).stdout

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def wait(self, pattern: str, seconds: float = 90) -> str:
        """Wait until the screen matches a pattern, and return the screen."""
        end = time.monotonic() + seconds
        while not re.search(pattern, screen := self.screen()):
            assert time.monotonic() < end, f"no {pattern!r} on the screen:\n{screen}"
            time.sleep(POLL_SECONDS)
        return screen

    def modes(self) -> str:
        """Return whether the alternate screen, mouse reporting and the cursor are on."""
        return self._tmux("display-message", "-p", "#{alternate_on} #{mouse_any_flag} #{cursor_flag}").strip()

    def close(self) -> None:
        self._tmux("kill-server")


@pytest.fixture(
    params=[
        pytest.param((80, 24, 2), id="80x24"),
        pytest.param((200, 50, 1), id="200x50", marks=pytest.mark.slow),
    ]
)
def size(request: pytest.FixtureRequest) -> tuple[int, int, int]:
    columns, rows, workers = request.param
    return columns, rows, workers


@pytest.fixture
def terminal(tmp_path: Path, size: tuple[int, int, int]) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path, size[0], size[1])
    yield terminal
    terminal.close()


def saved(lab: Lab) -> None:
    """Save the lab's profile where the wizard lists saved profiles."""
    folder = lab.state / "config" / "kubetui" / "profiles"
    folder.mkdir(parents=True, mode=0o700)
    shutil.copy(lab.profile, folder / "base.yaml")


def begin(lab: Lab, terminal: Terminal) -> None:
    names = ("XDG_STATE_HOME", "XDG_CONFIG_HOME")
    environment = " ".join(f"{name}={shlex.quote(lab.environment[name])}" for name in names)
    terminal.type(f"{environment} {shlex.join(lab.words(*lab.command()))}; echo ended with $?")
    terminal.press("Enter")


def test_a_cluster_is_built_with_only_the_keyboard(make: Maker, terminal: Terminal, size: tuple[int, int, int]) -> None:
    columns, _, workers = size
    lab = make(f"wizard{columns}")
    shutil.rmtree(lab.state / "config", ignore_errors=True)
    saved(lab)
    begin(lab, terminal)
    terminal.wait(r"base +3 nodes")
    terminal.press("Tab")
    terminal.press("Tab")
    terminal.wait(r"› +base")
    terminal.press("Enter")
    for field in ("Name", "Provider", "Box", "Packages", "Control planes"):
        terminal.wait(rf"› {field}")
        terminal.press("Tab")
    terminal.wait("› Workers")
    terminal.press("C-u")
    terminal.type(str(workers))
    terminal.press("C-n")
    terminal.wait(r"Pod CIDR +10\.244\.0\.0/16")
    terminal.press("C-n")
    terminal.wait(r"Version +1\.37")
    terminal.press("C-n")
    addresses = planned(lab, workers)
    terminal.wait(rf"kubmaster +control plane +{re.escape(addresses['kubmaster'])}")
    terminal.wait(r"● Memory")
    terminal.press("Enter")
    terminal.wait(r"kubmaster +Start the")
    terminal.wait(rf"{lab.name}  ready", seconds=600)
    for name, address in addresses.items():
        terminal.wait(rf"{name} +. Ready .*{re.escape(address)}\b")
    terminal.press("d")
    terminal.wait("Type .* to confirm")
    terminal.type(lab.name)
    terminal.press("Enter")
    terminal.wait(f"{lab.name} is gone", seconds=600)
    assert not lab.folder.exists()
    terminal.press("q")
    terminal.wait("ended with 0")
    assert terminal.modes() == "0 0 1"
