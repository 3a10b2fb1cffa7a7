"""`kubetui explain` as a process; what an error cites can be read with what is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(*words: str, columns: str = "80") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kubetui", *words],
        env={**os.environ, "COLUMNS": columns},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_prints_a_concept_wrapped_to_the_terminal() -> None:
    for columns in ("60", "90"):
        done = run("explain", "static", "pod", columns=columns)
        assert (done.returncode, done.stderr) == (0, "")
        lines = done.stdout.splitlines()
        assert lines[0] == "Static pod"
        assert "  sudo ls -l /etc/kubernetes/manifests" in lines
        longest = max(len(line) for line in lines if not line.startswith("  "))
        assert int(columns) - 15 < longest <= int(columns)


def test_it_lists_the_concepts() -> None:
    done = run("explain")
    assert done.returncode == 0
    assert "\ncni" in done.stdout


def test_an_error_cites_a_page_that_the_same_command_prints() -> None:
    failed = run("explain", "kubeletd")
    assert failed.returncode == 2
    assert failed.stdout == ""
    assert "Did you mean kubelet" in failed.stderr
    cited = failed.stderr.splitlines()[-1].partition(": ")[2].split()
    assert cited[0] == "kubetui"
    done = run(*cited[1:])
    assert done.returncode == 0
    assert done.stdout.startswith("USAGE\n")


def test_nothing_that_is_installed_cites_a_file_that_is_not() -> None:
    for package in ("kubetui", "screens"):
        for path in (ROOT / package).rglob("*"):
            if path.suffix in {".py", ".sh", ".md"}:
                assert "docs/errors" not in path.read_text(encoding="utf-8"), path
