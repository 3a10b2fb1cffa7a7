"""How long kubetui takes to start: `--help` against bare Python, the first frame against a bare Textual app.

    python -m tests.benchmarks.bench_startup [--times 15]

The two of a pair run by turns, so that a busy host slows both. A first frame counts from the start of the process
until the terminal, a pty of 120 by 40, has got the screen's title.
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
LIMIT = 30.0


def first_frame(command: Sequence[str], mark: bytes) -> float:
    """Return the seconds until a program on a terminal of its own has printed `mark`."""
    began = time.perf_counter()
    pid, descriptor = pty.fork()
    if pid == 0:
        os.environ |= {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        os.chdir(ROOT)
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        os.execv(command[0], list(command))  # noqa: S606
    seen = b""
    try:
        while mark not in seen:
            if time.perf_counter() - began > LIMIT:
                sys.exit(f"{command[-1]!r} did not show {mark!r} within {LIMIT:.0f} s")
            if select.select([descriptor], [], [], 0.05)[0]:
                seen += os.read(descriptor, 1 << 16)
        return time.perf_counter() - began
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
        bare, shown, app, wizard = [], [], [], []
        for _ in range(times):
            bare.append(seconds([python, "-c", "pass"]))
            shown.append(seconds([python, "-m", "kubetui", "--help"]))
        for _ in range(times):
            app.append(first_frame([python, "-c", BARE_APP], b"kubetui"))
            wizard.append(first_frame([python, "-m", "kubetui"], b"kubetui"))
    report("python -c pass", bare, digits=3)
    report("kubetui --help", shown, digits=3)
    say(f"ratio of medians             {median(shown) / median(bare):.1f}")
    report("bare Textual app", app, digits=3)
    report("first frame", wizard, digits=3)
    say(f"ratio of medians             {median(wizard) / median(app):.2f}")


if __name__ == "__main__":
    main()
