"""Make the recordings that rehearsals play: `python -m tests.e2e.record`, from the checkout.

It builds the cluster of recording.yaml, then one with three control planes, and destroys both. KUBETUI_E2E_PREFIX and
KUBETUI_E2E_COMMAND mean what they mean to the end-to-end tests.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from kubetui.machines.rehearsal.recording.recording import SEVERAL, SHIPPED

HERE = Path(__file__).parent
RECORDINGS = HERE.parents[1] / "kubetui/machines/rehearsal/recording"
PREFIX = shlex.split(os.environ.get("KUBETUI_E2E_PREFIX", ""))
COMMAND = shlex.split(os.environ.get("KUBETUI_E2E_COMMAND", "kubetui"))
ENDPOINT = "192.168.62.254:6443"
BACKENDS = tuple(f"192.168.62.{number}:6443" for number in (101, 102, 103))


def record(profile: dict[str, Any], name: str, folder: Path) -> None:
    """Build a cluster while recording it, and destroy it."""
    path = folder / "recording.yaml"
    path.write_text(yaml.safe_dump(profile))
    try:
        run("up", str(path), "--yes", "--record", str(RECORDINGS / name))
    finally:
        run("destroy", profile["name"], "--yes")


def run(*words: str) -> None:
    subprocess.run([*PREFIX, *COMMAND, *words], check=True)


@contextmanager
def balanced() -> Iterator[None]:
    """Forward connections from ENDPOINT to an API server that answers."""
    # the bridge with the endpoint's address comes with the first machine, so listen on every address
    listen = f"0.0.0.0:{ENDPOINT.rpartition(':')[2]}"
    words = [*PREFIX, sys.executable, str(HERE / "forwarder.py"), listen, *BACKENDS]
    with subprocess.Popen(words, stdin=subprocess.PIPE) as process:
        yield
        assert process.stdin
        process.stdin.close()


def main() -> None:
    single = yaml.safe_load((HERE / "recording.yaml").read_text())
    several = {
        **single,
        "machines": {**single["machines"], "control_planes": len(BACKENDS), "workers": 1},
        "network": {**single["network"], "control_plane_endpoint": ENDPOINT},
    }
    with TemporaryDirectory() as folder:
        record(single, SHIPPED, Path(folder))
        with balanced():
            record(several, SEVERAL, Path(folder))


if __name__ == "__main__":
    main()
