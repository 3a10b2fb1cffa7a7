"""Measure how long a key press waits while the logs of many machines grow; run it by hand.

    python -m tests.benchmarks.bench_logpane [--machines 50] [--rate 10000] [--seconds 15] [--all] [--ssh]

With --ssh the lines arrive through one real SSH connection per machine, from a server in a separate process.

The run screen has its own terminal (a pty of 120 by 40). Keys are typed into it; each press is timed until its
action has run, and until the screen has been painted.
"""

import argparse
import fcntl
import json
import math
import os
import pty
import select
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
KEYS = (b"j", b"k", b"j", b"k", b"w", b"\x1b[5~", b"\x1b[5~", b"j", b"k", b"T", b"j", b"k")
"""Change machine, wrap, page back, show times: what a user does in a log."""
EVERY = 0.15
"""Seconds between two key presses."""


def started(module: str, words: Sequence[str], folder: str) -> tuple[int, int]:
    """Start a module on its own terminal; return its process id and our end of the terminal."""
    pid, descriptor = pty.fork()
    if pid == 0:
        os.environ |= {"TERM": "xterm-256color", "XDG_STATE_HOME": folder, "LC_ALL": "C.UTF-8"}
        os.chdir(ROOT)
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        os.execv(sys.executable, [sys.executable, "-m", module, *words])  # noqa: S606
    return pid, descriptor


def drive(descriptor: int, seconds: float = math.inf) -> list[float]:
    """Type keys and read the terminal's output until it closes; return when each key was typed."""
    sent: list[float] = []
    following, end = time.monotonic() + 3, time.monotonic() + seconds - 1
    while True:
        ready, _, _ = select.select([descriptor], [], [], 0.005)
        try:
            if ready and not os.read(descriptor, 1 << 20):
                return sent
        except OSError:
            return sent
        if following <= time.monotonic() < end:
            sent.append(time.monotonic())
            os.write(descriptor, KEYS[(len(sent) - 1) % len(KEYS)])
            following = sent[-1] + EVERY


def percentile(waits: list[float], part: float) -> float:
    """Return the value below which this part of all values lies."""
    ordered = sorted(waits)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def summary(waits: list[float]) -> str:
    """Return the median and the 95th percentile."""
    p50, p95 = (1000 * percentile(waits, part) for part in (0.5, 0.95))
    return f"p50 {p50:6.1f} ms   p95 {p95:6.1f} ms"


def report(found: dict[str, Any], sent: list[float], seconds: float) -> None:
    """Print the results."""
    for what in ("handled", "painted"):
        waits = [after - before for before, after in zip(sent, found[what], strict=False)]
        sys.stdout.write(f"{what}  {summary(waits)}   {len(waits)} of {len(sent)} keys\n")
        if what == "handled":
            for key in sorted(set(KEYS)):
                own = [wait for index, wait in enumerate(waits) if KEYS[index % len(KEYS)] == key]
                sys.stdout.write(f"  {key!r:<10} {summary(own)}\n" if own else "")
    sys.stdout.write(f"lines    {found['fed']}, {found['fed'] / seconds:.0f} a second\n")
    sys.stdout.write(f"lost     {found['fed'] - found['disk']} on disk\nmemory   {found['peak']:.0f} MiB at most\n")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--machines", type=int, default=50)
    parser.add_argument("--rate", type=int, default=10_000, help="lines a second, all machines together")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--all", action="store_true", help="begin with the logs of all machines in one")
    parser.add_argument("--ssh", action="store_true", help="the lines come through SSH connections")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        words = (
            arguments.machines,
            arguments.rate,
            arguments.seconds,
            arguments.all,
            f"{folder}/result.json",
            arguments.ssh,
        )
        pid, descriptor = started("tests.benchmarks.fed_screen", list(map(str, words)), folder)
        sent = drive(descriptor, arguments.seconds)
        os.waitpid(pid, 0)
        found = json.loads(Path(folder, "result.json").read_text())
    report(found, sent, arguments.seconds)


if __name__ == "__main__":
    main()
