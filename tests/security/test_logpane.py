"""Fuzzed bytes through the real log pane on a pty: only sequences that Textual itself writes come out."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import sys
import termios
from pathlib import Path

import pytest

from tests.security.fed_pane import CANARY, PAGE
from tests.security.fuzz import amount

ROOT = Path(__file__).parents[2]
ROWS, COLUMNS = 24, 80
SEQUENCE = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    rb"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC
    rb"|\x1b[PX^_].*?\x1b\\"  # DCS, SOS, PM, APC
    rb"|\x1b[ -/]*[0-~]"
    rb"|[\x00-\x1f\x7f]"  # the rest of C0, including an escape that starts no sequence
    rb"|\xc2[\x80-\x9f]",  # C1
    re.DOTALL,
)
PLACE = re.compile(rb"\x1b\[(\d+);(\d+)H")


def shown(how: str, size: int) -> bytes:
    """Return everything that the pane writes to an 80 by 24 terminal while it is fed."""
    pid, descriptor = pty.fork()
    if pid == 0:
        environment = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        os.chdir(ROOT)
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.execve(sys.executable, [sys.executable, "-m", "tests.security.fed_pane", how, str(size)], environment)  # noqa: S606
    parts: list[bytes] = []
    try:
        # reading a closed terminal raises an error
        while data := os.read(descriptor, 1 << 16):
            parts.append(data)
    except OSError:
        pass
    finally:
        os.close(descriptor)
        os.waitpid(pid, 0)
    return b"".join(parts)


def shapes(output: bytes) -> set[bytes]:
    """Return the distinct sequences in some output; all cursor positions count as one."""
    return {PLACE.sub(b"<place>", found.group()) for found in SEQUENCE.finditer(output)}


@pytest.fixture(scope="module")
def own() -> set[bytes]:
    """Return the sequences that the pane writes for plain words, which are all Textual's own."""
    output = shown("plain", 60_000)
    assert output.rstrip().endswith(b"ended 0"), output[-2000:]
    return shapes(output)


def test_no_escape_in_fuzzed_bytes_reaches_the_terminal(own: set[bytes]) -> None:
    assert b"<place>" in own
    assert any(shape.endswith(b"m") for shape in own)
    assert len(own) < 60, own
    size = amount(300_000, 10_000_000)
    output = shown("fuzzed", size)
    assert output.rstrip().endswith(b"ended 0"), output[-2000:]
    pages = {int(number) for number in re.findall(PAGE.encode() + rb"(\d+)\.", output)}
    assert len(pages) > size // 3000
    assert pages == set(range(1, len(pages) + 1)), "every page was painted"
    assert output.count(CANARY) > len(pages), "what was planted is there to read"
    assert shapes(output) - own == set()
    for row, column in {(int(row), int(column)) for row, column in PLACE.findall(output)}:
        assert 1 <= row <= ROWS
        assert 1 <= column <= COLUMNS
    text = SEQUENCE.sub(b"", output).decode()
    assert {character for character in set(text) if not character.isprintable()} == set()


def test_a_leaked_escape_is_detected(own: set[bytes]) -> None:
    for planted in (
        b"\x1b]52;c;eA==\x07",
        b"\x1b[31m",
        b"\x1b[6n",
        b"\x1b[2J",
        b"\x1bc",
        b"\x1b",
        b"\x07",
        b"\xc2\x9b",
    ):
        assert shapes(b"words " + planted + b"\xff words") - own, planted
