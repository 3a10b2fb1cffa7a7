"""Time an image loaded into a cluster's machines against pulls of it from a registry, all at once; run it by hand.

    KUBETUI_BENCH_KUBETUI='../shared/rig/rig exec kubetui' \
        python -m tests.benchmarks.bench_images lab model.tar model:1 REGISTRY/model:1 [--pairs 3]

The machines have to trust the registry, which has the archive's image as REGISTRY/model:1. Each way begins without
the image's own pieces, and reaches its machines as kubetui always does.
"""

import argparse
import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from tests.benchmarks.measure import ROOT, report, say, seconds, words


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("cluster", "archive", "image", "reference"):
        parser.add_argument(name)
    parser.add_argument("--pairs", type=int, default=3)
    chosen = parser.parse_args()
    kubetui = words("KUBETUI_BENCH_KUBETUI")
    status = subprocess.run(
        [*kubetui, "status", chosen.cluster, "--json"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    machines = [each["name"] for each in json.loads(status.stdout)[0]["machines"]]
    pairs = []
    for number in range(1, chosen.pairs + 1):
        loading = seconds([*kubetui, "image", "load", chosen.cluster, chosen.archive])
        seconds([*kubetui, "image", "remove", chosen.cluster, chosen.image])
        pulling = pulled(kubetui, chosen.cluster, machines, chosen.reference)
        seconds([*kubetui, "image", "remove", chosen.cluster, chosen.reference])
        pairs.append((loading, pulling))
        say(f"pair {number}: loaded {loading:.1f} s, pulled {pulling:.1f} s, ratio {loading / pulling:.2f}")
    report("loaded", [loading for loading, _ in pairs], digits=1)
    report("pulled", [pulling for _, pulling in pairs], digits=1)


def pulled(kubetui: list[str], cluster: str, machines: list[str], reference: str) -> float:
    """Return how long the machines take to pull an image side by side."""
    commands = [[*kubetui, "ssh", cluster, each, "--", "sudo", "crictl", "pull", reference] for each in machines]
    began = time.perf_counter()
    with ThreadPoolExecutor() as threads:
        list(threads.map(seconds, commands))
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
