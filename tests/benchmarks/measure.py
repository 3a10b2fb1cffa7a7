"""Benchmark helpers: time a command, and print minimum, median and maximum."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]


def words(variable: str) -> list[str]:
    """Return the command in an environment variable; exit with a message if it is not set."""
    value = os.environ.get(variable, "")
    if not value:
        sys.exit(f"{variable} is not set; see the top of this file for what it holds.")
    return shlex.split(value)


def seconds(command: Sequence[str], *, quiet: bool = True) -> float:
    """Run a command and return how long it took; exit with its last lines if it fails."""
    began = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=quiet, text=True, check=False)
    took = time.perf_counter() - began
    if done.returncode:
        tail = "\n".join(((done.stdout or "") + (done.stderr or "")).splitlines()[-15:])
        sys.exit(f"{shlex.join(command)} ended with {done.returncode}\n{tail}")
    return took


def spread(values: Sequence[float], unit: str = "s", digits: int = 2) -> str:
    """Return the minimum, median and maximum of some values as text."""
    low, middle, high = (f"{value:.{digits}f} {unit}".rstrip() for value in (min(values), median(values), max(values)))
    return f"min {low}, median {middle}, max {high}"


def say(text: str) -> None:
    """Print a line and flush it."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def report(name: str, values: Sequence[float], unit: str = "s", digits: int = 2) -> None:
    """Print a line of results."""
    say(f"{name:<28} {spread(values, unit, digits)}")
