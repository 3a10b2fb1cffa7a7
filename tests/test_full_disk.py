"""This host's disk runs full: said as such, nothing is lost, and the same command goes on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROFILE = "schema: 1\nname: full\nprovider: rehearsal\nmachines: {workers: 0}\n"
INSIDE = ("unshare", "--mount", "sh", "-c")
SMALL = """
mount -t tmpfs -o size=64k tmpfs "$XDG_STATE_HOME" || exit 99
"$@" || echo "ended with $?"
mount -o remount,size=50m "$XDG_STATE_HOME"
exec "$@"
"""


def test_a_full_disk_is_said_and_the_same_command_goes_on(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "full.yaml").write_text(PROFILE)
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    command = [sys.executable, "-m", "kubetui", "up", str(tmp_path / "full.yaml"), "--yes", "--json"]
    done = subprocess.run(
        [*INSIDE, SMALL, "sh", *command], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip("this needs root, for a small disk of its own")
    first, _, second = done.stdout.partition("ended with 3\n")
    assert second, done.stdout[-2000:] + done.stderr
    assert "The disk of" in done.stderr
    assert "is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert "bug in kubetui" not in done.stderr
    assert "TaskStarted" in first
    assert json.loads(second.splitlines()[-1])["ok"] is True
    assert done.returncode == 0
