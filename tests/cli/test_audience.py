"""A reader that goes away does not end what is under way."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import TextIO

import pytest

from kubetui.cli.audience import Attended, followed
from kubetui.engine.events import Event, NodesTable
from kubetui.engine.stop import Stop
from tests.machines.vagrant.standin import built

SCRIPT = """
import sys
from kubetui.cli.audience import Attended, complain
from kubetui.engine.stop import Stop
from kubetui.engine.events import NodesTable
from kubetui.cli.output import JsonLines

stop = Stop()
attended = Attended(JsonLines(sys.stdout), sys.stdout, stop.wish)
for number in range(20000):
    attended(NodesTable(0.0, str(number)))
attended.close()
complain("said to somebody" if not sys.argv[1:] else "said to nobody")
sys.exit(7 if stop.requested and not stop.forced else 1)
"""

KEEPING = """
import sys
from kubetui.cli import boxes as boxcommands
from kubetui.operations.boxes import make as boxmaker
from kubetui.engine.events import NodesTable
from kubetui.profile.schema.profile import Profile

async def make(profile, connector, sink, say, stop):
    take = say if sys.argv[1] == "lines" else lambda text: sink(NodesTable(0.0, text))
    take("begun")
    sys.stdin.readline()
    for number in range(100):
        take(str(number))
    say("packaged")
    print("made")
    return "kubetui/box"

boxmaker.make = make
boxcommands.keep(Profile(name="lab"))
"""


class Leaving:
    """An output whose reader leaves after some events."""

    def __init__(self, after: int) -> None:
        self.left = after
        self.tidied = False
        self.stream: TextIO = StringIO()

    def __call__(self, event: Event) -> None:
        del event
        self.left -= 1
        if self.left < 0:
            raise BrokenPipeError

    def close(self) -> None:
        self.tidied = True


def test_a_present_reader_sees_everything() -> None:
    output, stop = Leaving(3), Stop()
    attended = Attended(output, StringIO(), stop.wish)
    for _ in range(3):
        attended(NodesTable(0.0, "NAME"))
    attended.close()
    assert (output.left, output.tidied, stop.requested) == (0, True, False)


def test_losing_the_reader_only_stops_the_run_gently() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        assert "NodesTable" in process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == "said to somebody\n"
    assert process.returncode == 7


def test_a_closed_standard_error_causes_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, "alone"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stderr.close()
        process.stdout.close()
    assert process.returncode == 7


@pytest.mark.parametrize("what", ["lines", "events"])
def test_a_box_is_made_even_when_the_reader_leaves(what: str) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", KEEPING, what], stdin=pipe, stdout=pipe, stderr=pipe, text=True
    ) as process:
        assert process.stderr
        assert any("begun" in line for line in process.stderr)
        process.stderr.close()
        result, _ = process.communicate("\n", timeout=60)
    assert (process.returncode, result) == (0, "made\n")


def test_a_run_without_a_reader_says_that_it_stops(tmp_path: Path) -> None:
    environment = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "kubetui", "up", "rehearsal", "--yes", "--json"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout
        assert any("Start the machine" in line for line in process.stdout)
        process.stdout.close()
        _, said = process.communicate(timeout=300)
    assert process.returncode == 130
    assert said == "Nobody reads this output any more. Stopping: finishing running steps.\n"


def test_a_run_stops_when_nobody_sees_its_progress(tmp_path: Path) -> None:
    environment = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "kubetui", "up", "rehearsal", "--yes"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stderr
        assert any("Start the machine" in line for line in process.stderr)
        process.stderr.close()
        result, _ = process.communicate(timeout=300)
    assert (process.returncode, result) == (130, "")


def test_a_run_ends_when_its_time_is_over(tmp_path: Path) -> None:
    environment = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "kubetui", "up", "rehearsal", "--yes", "--speed", "1", "--timeout", "1"]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert (
        "The time of --timeout is over: 0:01. Stopping: finishing running steps; press Ctrl+C to stop now."
        in done.stderr
    )
    assert "Nothing is lost; the same command resumes it." in done.stderr


def test_a_destroy_continues_when_its_reader_leaves(tmp_path: Path) -> None:
    cluster, record = built(tmp_path)
    words = "until [[ -e $here/left ]]; do sleep 0.01; done\nfor i in {1..30}; do echo $i; sleep 0.01; done\n"
    (tmp_path / "destroy.sh").write_text(f"echo working\n{words}rm '{record}'\n")
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path), "FAKE_VAGRANT": str(tmp_path)}
    command = [sys.executable, "-m", "kubetui", "destroy", "lab", "--yes"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stderr
        assert any("working" in line for line in process.stderr)
        process.stderr.close()
        (tmp_path / "left").touch()
        result, _ = process.communicate(timeout=60)
    assert (process.returncode, result) == (0, "")
    assert not cluster.exists()


async def test_the_time_of_a_run_stops_it_gently_even_after_a_person(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    over: list[Callable[[], None]] = []

    class Timer:
        def cancel(self) -> None:
            over.clear()

    def call_later(_seconds: float, what: Callable[[], None]) -> Timer:
        over.append(what)
        return Timer()

    monkeypatch.setattr(asyncio.get_running_loop(), "call_later", call_later)
    with followed(Leaving(9), 600) as (_, stop):
        stop.request()
        over[0]()
        assert (stop.requested, stop.forced) == (True, False)
    assert "is over" not in capsys.readouterr().err
    assert over == []
    with followed(Leaving(9), 600) as (_, stop):
        over[0]()
        assert (stop.requested, stop.forced) == (True, False)
    assert "The time of --timeout is over: 10:00." in capsys.readouterr().err
