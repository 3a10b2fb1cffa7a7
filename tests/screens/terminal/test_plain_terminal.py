"""The plain wizard on a real terminal: whole lines from the first question to the result, and no escape sequence."""

import os
import re
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from kubetui.profile.files import library
from kubetui.profile.schema.profile import Machines, Profile
from tests.screens.terminal.test_terminal import Terminal, terminals

__all__ = ["terminals"]

ASKED = re.compile(rb"(empty .*|empty for no|to go on|when done): $")
AGREED = {b"Replace it?": b"yes", b"Build now?": b"yes", b"Run it again?": b"yes"}


def failing(name: str) -> Profile:
    options = {"rehearsal": {"speed": 1000, "fault": "init-timeout"}}
    return Profile(name=name, provider="rehearsal", machines=Machines(workers=1, options=options))


def talk(terminal: Terminal, lines: Mapping[bytes, bytes], until: bytes, seconds: float = 600.0) -> None:
    """Answer every question with the line that is given for its words, or an empty one, until something is said."""
    end, answered = time.monotonic() + seconds, 0
    while until not in terminal.output:
        assert time.monotonic() < end, terminal.output[-2000:]
        asked = terminal.output[answered:].rpartition(b"\n")[2]
        if ASKED.search(asked):
            answered = len(terminal.output)
            os.write(terminal.descriptor, next((line for words, line in lines.items() if words in asked), b"") + b"\n")
        terminal.read(0.1)


def test_failure_and_result_come_without_moving_the_cursor(terminals: list[Terminal], folders: Path) -> None:
    library.save_as(failing("toy"), "toy")
    terminal = Terminal(folders / "state", "kubetui", "new", "--plain", "toy")
    terminals.append(terminal)
    talk(terminal, AGREED, b"To see it: kubetui status toy")
    assert terminal.ended()
    assert b"\x1b" not in terminal.output
    assert b"\r" not in terminal.output.replace(b"\r\n", b"\n"), "no line is written over"
    text = terminal.output.decode().replace("\r\n", "\n")
    said = [
        "1. Name\n",
        "This is a rehearsal: it creates no machines and changes nothing on this host.",
        "init: failed",
        "KUBEADM-TIMEOUT",
        "toy is not ready after",
        "It did not end well. Nothing is lost. Run it again?",
        "The rehearsal of toy is complete after",
    ]
    places = [text.find(words) for words in said]
    assert -1 not in places, dict(zip(said, places, strict=True))
    assert places == sorted(places)
    assert re.search(r"init: done [0-9.]+ s, [0-9]+ of [0-9]+\n", text), "the progress is said in words"


@pytest.mark.parametrize("words", [("--plain",), ("--plain", "new")])
def test_bare_plain_asks_the_same_questions(words: tuple[str, ...], terminals: list[Terminal], folders: Path) -> None:
    terminal = Terminal(folders / "state", "kubetui", *words)
    terminals.append(terminal)
    assert terminal.read(60, b"1. Name\r\n"), terminal.output[-2000:]
    os.write(terminal.descriptor, b"\x04")
    assert terminal.ended()
    assert b"Nothing was saved." in terminal.output
    assert b"\x1b" not in terminal.output
