"""Time a cold run of three machines against the same work done serially; run it by hand, or by .ci/run.

    KUBETUI_BENCH_SERIAL='../shared/rig/check 3' \
    KUBETUI_BENCH_UP='../shared/rig/rig exec kubetui up lab.yaml --yes' \
    KUBETUI_BENCH_DESTROY='../shared/rig/rig exec kubetui destroy lab --yes' \
        python -m tests.benchmarks.bench_cold [--pairs 3]

Each pair is a serial run followed by a kubetui run, so that a busy host slows both.
KUBETUI_BENCH_CLEAN, if set, runs untimed before each of them: a command that removes all machines from the host.
"""

import argparse
import os
import shlex

from tests.benchmarks.measure import report, say, seconds, words


def clean() -> None:
    if command := shlex.split(os.environ.get("KUBETUI_BENCH_CLEAN", "")):
        seconds(command)


def pair(serial: list[str], up: list[str], destroy: list[str]) -> tuple[float, float]:
    """Return the seconds of one serial run and of one kubetui run."""
    clean()
    slow = seconds(serial)
    clean()
    fast = seconds(up)
    seconds(destroy)
    return slow, fast


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=3)
    arguments = parser.parse_args()
    serial, up, destroy = map(words, ("KUBETUI_BENCH_SERIAL", "KUBETUI_BENCH_UP", "KUBETUI_BENCH_DESTROY"))
    pairs = []
    for number in range(1, arguments.pairs + 1):
        slow, fast = pair(serial, up, destroy)
        pairs.append((slow, fast))
        say(f"pair {number}: serial {slow:.1f} s, kubetui {fast:.1f} s, ratio {fast / slow:.2f}")
    report("serial", [slow for slow, _ in pairs], digits=1)
    report("kubetui, cold", [fast for _, fast in pairs], digits=1)
    report("ratio", [fast / slow for slow, fast in pairs], unit="")


if __name__ == "__main__":
    main()
