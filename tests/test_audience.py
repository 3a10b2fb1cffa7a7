"""A reader that goes away does not end what is under way."""

import subprocess
import sys
from io import StringIO

from kubetui.audience import Attended
from kubetui.engine import Stop
from kubetui.events import Event, NodesTable

SCRIPT = """
import sys
from kubetui.audience import Attended, complain
from kubetui.engine import Stop
from kubetui.events import NodesTable
from kubetui.render import JsonLines

stop = Stop()
attended = Attended(JsonLines(sys.stdout), sys.stdout, stop.wish)
for number in range(20000):
    attended(NodesTable(0.0, str(number)))
attended.close()
complain("said to somebody" if not sys.argv[1:] else "said to nobody")
sys.exit(7 if stop.requested and not stop.forced else 1)
"""


class Leaving:
    """An output whose reader leaves after some events."""

    def __init__(self, after: int) -> None:
        self.left = after
        self.tidied = False

    def __call__(self, event: Event) -> None:
        del event
        self.left -= 1
        if self.left < 0:
            raise BrokenPipeError

    def close(self) -> None:
        self.tidied = True


def test_who_reads_is_shown_everything() -> None:
    output, stop = Leaving(3), Stop()
    attended = Attended(output, StringIO(), stop.wish)
    for _ in range(3):
        attended(NodesTable(0.0, "NAME"))
    attended.close()
    assert (output.left, output.tidied, stop.requested) == (0, True, False)


def test_a_lost_reader_stops_a_run_gently_and_nothing_else_happens() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        assert "NodesTable" in process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == "said to somebody\n"
    assert process.returncode == 7


def test_errors_that_nobody_reads_are_no_errors() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, "alone"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stderr.close()
        process.stdout.close()
    assert process.returncode == 7
