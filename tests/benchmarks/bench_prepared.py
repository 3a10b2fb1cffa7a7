"""Time a run from a prepared box against the same work done serially; run it by hand, or by .ci/run.

    KUBETUI_BENCH_SERIAL, KUBETUI_BENCH_DESTROY, KUBETUI_BENCH_CLEAN   as in bench_cold
    KUBETUI_BENCH_MAKE='../shared/rig/rig exec kubetui boxes make lab.yaml' \
    KUBETUI_BENCH_UP='../shared/rig/rig exec kubetui up lab.yaml --yes --prepared-box' \
        python -m tests.benchmarks.bench_prepared [--pairs 3]

The box is made once, before the first pair; its time is printed, but is not part of any run's time.
"""

import argparse

from tests.benchmarks.bench_cold import clean, pair
from tests.benchmarks.measure import report, say, seconds, words


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=3)
    arguments = parser.parse_args()
    serial, up, destroy = map(words, ("KUBETUI_BENCH_SERIAL", "KUBETUI_BENCH_UP", "KUBETUI_BENCH_DESTROY"))
    make = words("KUBETUI_BENCH_MAKE")
    clean()
    say(f"making the box: {seconds(make):.1f} s")
    pairs = []
    for number in range(1, arguments.pairs + 1):
        slow, fast = pair(serial, up, destroy)
        pairs.append((slow, fast))
        say(f"pair {number}: serial {slow:.1f} s, prepared {fast:.1f} s, ratio {fast / slow:.2f}")
    report("serial", [slow for slow, _ in pairs], digits=1)
    report("kubetui, prepared box", [fast for _, fast in pairs], digits=1)
    report("ratio", [fast / slow for slow, fast in pairs], unit="")


if __name__ == "__main__":
    main()
