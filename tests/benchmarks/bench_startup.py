"""Time kubetui's startup: `--help` against bare Python, the first frame against a bare Textual app.

    python -m tests.benchmarks.bench_startup [--times 15]

The two of a pair take turns, so that a busy host slows both. Times run from process start until the output reaches
the terminal, a pty of 120 by 40. The first frame is the first one painted: one line for the bare app; title and panes
for kubetui. The start screen is whole once it shows what can be begun, the profiles, and the
keys that work on it.
"""

import argparse
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Sequence
from statistics import median

from tests.benchmarks.measure import ROOT, report, say, seconds

BARE_APP = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("kubetui")
Bare().run()
"""
FIRST = (b"kubetui", b"looking at this host", b"Clusters")
WHOLE = (b"tutorial", b"Rehearse", b"Open", b"Leave")
LIMIT = 30.0


def shown_after(command: Sequence[str], *pictures: Sequence[bytes]) -> list[float]:
    """Return the seconds that a program on its own terminal takes to show all words of each picture."""
    began = time.perf_counter()
    pid, descriptor = pty.fork()
    if pid == 0:
        os.environ |= {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        os.chdir(ROOT)
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        os.execv(command[0], list(command))  # noqa: S606
    seen, found = b"", []
    try:
        for words in pictures:
            while not all(word in seen for word in words):
                if time.perf_counter() - began > LIMIT:
                    sys.exit(f"{command[-1]!r} did not show {words!r} within {LIMIT:.0f} s")
                if select.select([descriptor], [], [], 0.05)[0]:
                    seen += os.read(descriptor, 1 << 16)
            found.append(time.perf_counter() - began)
        return found
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(descriptor)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=15)
    times = parser.parse_args().times
    python = sys.executable
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"XDG_STATE_HOME": folder, "XDG_CONFIG_HOME": folder}
        bare, shown, app, wizard, whole = [], [], [], [], []
        for _ in range(times):
            bare.append(seconds([python, "-c", "pass"]))
            shown.append(seconds([python, "-m", "kubetui", "--help"]))
        for _ in range(times):
            app += shown_after([python, "-c", BARE_APP], (b"kubetui",))
            first, last = shown_after([python, "-m", "kubetui"], FIRST, WHOLE)
            wizard.append(first)
            whole.append(last)
    report("python -c pass", bare, digits=3)
    report("kubetui --help", shown, digits=3)
    say(f"ratio of medians             {median(shown) / median(bare):.1f}")
    report("bare Textual app", app, digits=3)
    report("first frame", wizard, digits=3)
    say(f"ratio of medians             {median(wizard) / median(app):.2f}")
    report("start screen whole", whole, digits=3)


if __name__ == "__main__":
    main()
