"""Compare 100 rehearsed machines with 10, 25 and 50: CPU, memory, and how long a key press waits.

    python -m tests.benchmarks.bench_machines [--sizes 10 25 50 100] [--speed 20] [--times 3]

The wizard's run screen builds a rehearsed cluster on its own terminal (a pty of 120 by 40), with the real engine and
one SSH connection per machine. The machines' SSH servers run in the same process, as in every rehearsal, so all figures
include their share. At twenty times the recorded speed, 100 machines together print more than 2,000 lines a second in
their busy seconds. Keys are typed throughout; each press is timed until its action has run.

All sizes build the same cluster except for the number of workers, so the figure to compare is CPU per machine; the
ratio next to it is relative to the smallest size. The sizes take turns, so that a busy host slows them all.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.bench_logpane import drive, percentile, started
from tests.benchmarks.measure import say

Found = dict[str, Any]


def one(machines: int, speed: float) -> Found:
    """Build one cluster and return the measurements."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder, "result.json")
        words = [str(machines), str(speed), str(result)]
        pid, descriptor = started("tests.benchmarks.rehearsed_screen", words, folder)
        sent = drive(descriptor)
        os.waitpid(pid, 0)
        os.close(descriptor)
        found: Found = json.loads(result.read_text())
    for what in ("handled", "painted"):
        found[what] = [after - before for before, after in zip(sent, found[what], strict=False)]
    return found


def line(machines: int, found: list[Found], least: float | None) -> float:
    """Print a size's medians and return its CPU seconds per machine."""
    rate = median(each["lines"] / each["seconds"] for each in found)
    busiest = median(each["busiest"] for each in found)
    handled, painted = (
        1000.0 * median(percentile(each[what], 0.95) for each in found if each[what]) for what in ("handled", "painted")
    )
    cost, peak = median(each["cost"] for each in found), median(each["peak"] for each in found)
    own: float = cost / machines
    took = median(each["seconds"] for each in found)
    say(
        f"{machines:>8} {took:>7.1f} s {rate:>7.0f} {busiest:>8.0f} {handled:>8.0f} ms"
        f" {painted:>8.0f} ms {peak:>6.0f} MiB {cost:>7.1f} s {1000 * own:>8.0f} ms {own / (least or own):>6.2f}"
    )
    return own


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 25, 50, 100])
    parser.add_argument("--speed", type=float, default=20, help="how much faster than recorded")
    parser.add_argument("--times", type=int, default=3)
    arguments = parser.parse_args()
    found: dict[int, list[Found]] = {size: [] for size in arguments.sizes}
    for _ in range(arguments.times):
        for size in arguments.sizes:
            found[size].append(one(size, arguments.speed))
    load = os.getloadavg()[0]
    say(f"medians of {arguments.times}, load of this host {load:.1f}; a key is p95")
    say("machines     run   lines/s  busiest  key run  key shown  memory    CPU   CPU/machine  ratio")
    least: float | None = None
    for size in arguments.sizes:
        own = line(size, found[size], least)
        least = least or own


if __name__ == "__main__":
    main()
