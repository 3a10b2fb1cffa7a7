"""What the wizard writes to the terminal, byte by byte."""

import contextlib
import os
import pty
import select
import signal
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PLANTED = (
    b"\x1b]52",
    b"\x1b[666;667H",
    b"\x1b[777;778H",
    b"\x1b[5;7m",
    b"\x1bP+q",
    b"\xc2\x9b",
    b"\xc2\x9d",
    b"\xe2\x80\xae",
    b"\xe2\x81\xa6",
    b"\x07",
)
RESTORED = (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?25h")


class Terminal:
    """A child process on a pty, by default of 100 by 30."""

    def __init__(
        self, home: Path, *words: str, columns: int = 100, rows: int = 30, term: str = "xterm-256color"
    ) -> None:
        self.output = b""
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            more = {"TERM": term, "LC_ALL": "C.UTF-8", "XDG_STATE_HOME": str(home)}
            os.chdir(ROOT)
            # the whole environment: readline, which pytest loads, exports the terminal's size into its own
            os.execve(sys.executable, [sys.executable, "-m", *words], {**os.environ, **more})  # noqa: S606
        termios.tcsetwinsize(self.descriptor, (rows, columns))

    def read(self, seconds: float, until: bytes = b"") -> bool:
        """Read for some seconds, or until some bytes arrive; tell whether they did."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if until and until in self.output:
                return True
            if select.select([self.descriptor], [], [], 0.1)[0]:
                try:
                    data = os.read(self.descriptor, 1 << 16)
                except OSError:
                    break
                if not data:
                    break
                self.output += data
        return bool(until) and until in self.output

    def ended(self, seconds: float = 60.0) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(0.1)
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                self.read(0.3)
                self.pid = 0
                return True
        return False


@pytest.fixture
def terminals(tmp_path: Path) -> Iterator[list[Terminal]]:
    made: list[Terminal] = []
    yield made
    for terminal in made:
        if terminal.pid:
            os.kill(terminal.pid, signal.SIGKILL)
            os.waitpid(terminal.pid, 0)
        with contextlib.suppress(OSError):
            os.close(terminal.descriptor)


def start(terminals: list[Terminal], home: Path) -> Terminal:
    terminal = Terminal(home, "tests.screens.in_terminal")
    terminals.append(terminal)
    assert terminal.read(60, b"last line"), terminal.output[-2000:]
    return terminal


def test_control_sequences_from_machines_do_not_reach_the_terminal(terminals: list[Terminal], tmp_path: Path) -> None:
    terminal = start(terminals, tmp_path)
    for keys in (b"w", b"a", b"T", b"\x1b[5~", b"\x1b[5~", b"z", b"\x1b[H", b"z"):
        os.write(terminal.descriptor, keys)
        terminal.read(0.4)
    for shown in (b"clipboard", b"100% of the bar", "漢字".encode()):
        assert terminal.read(60, shown), shown
    assert b"50%" not in terminal.output
    # Textual itself sets the shape of the mouse pointer once
    output = terminal.output.replace(b"\x1b]22;default\x07", b"")
    for planted in PLANTED:
        assert planted not in output, planted


@pytest.mark.parametrize("how", ["quit", "crash", "SIGTERM", "SIGHUP"])
def test_the_terminal_is_restored(how: str, terminals: list[Terminal], tmp_path: Path) -> None:
    terminal = start(terminals, tmp_path)
    if how == "quit":
        os.write(terminal.descriptor, b"\x11")
    elif how == "crash":
        os.write(terminal.descriptor, b"\x1b[20~")
    elif how.startswith("SIG"):
        os.kill(terminal.pid, getattr(signal, how))
    assert terminal.ended()
    for sequence in RESTORED:
        assert terminal.output.rfind(sequence) > terminal.output.rfind(b"\x1b[?1049h"), sequence
    assert b"finishing running steps" in terminal.output.partition(b"\x1b[?1049l")[2]


def test_closing_the_terminal_ends_the_wizard(terminals: list[Terminal], tmp_path: Path) -> None:
    terminal = start(terminals, tmp_path)
    os.close(terminal.descriptor)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if os.waitpid(terminal.pid, os.WNOHANG)[0]:
            terminal.pid = 0
            return
        time.sleep(0.1)
    pytest.fail("the wizard still runs without a terminal")


def test_a_terminal_without_a_size_gets_one(terminals: list[Terminal], tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "kubetui", columns=0, rows=0)
    terminals.append(terminal)
    assert terminal.read(60, b"Leave"), terminal.output[-2000:]
    terminal.read(1)
    drawn = len(terminal.output)
    terminal.read(1)
    assert len(terminal.output) - drawn < 10_000, "it redraws without end"
    os.write(terminal.descriptor, b"q")
    assert terminal.ended()


@pytest.mark.parametrize("term", ["dumb", "unknown", ""])
@pytest.mark.parametrize("words", [(), ("new",)], ids=["wizard", "new"])
def test_a_terminal_that_cannot_draw_is_sent_to_plain_text(
    term: str, words: tuple[str, ...], terminals: list[Terminal], tmp_path: Path
) -> None:
    terminal = Terminal(tmp_path, "kubetui", *words, term=term)
    terminals.append(terminal)
    assert terminal.ended(), "it draws without end"
    assert b"kubetui new --plain" in terminal.output
    assert b"\x1b" not in terminal.output
