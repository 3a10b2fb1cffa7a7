"""Inspect shell scripts for tests: shellcheck's findings, and the variables that a script needs."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

OTHERS = {
    *("BASHPID", "BASH_LINENO", "LINENO", "NF", "SECONDS"),
    *("ID", "ID_LIKE", "PRETTY_NAME", "VERSION_CODENAME", "VERSION_ID", "DEBIAN_CODENAME", "UBUNTU_CODENAME"),
}
"""Variables that bash, awk or /etc/os-release sets."""
_FOUND = re.compile(r"^(.+?):\d+:\d+: .* \[(SC\d+)\]$", re.MULTILINE)


def shellcheck(*paths: Path) -> Iterator[tuple[str, str, str]]:
    """Yield each shellcheck finding as path, code and the whole line."""
    # pip installs it next to this Python, which is not on PATH if the environment is not activated
    program = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert program is not None
    command = [program, "--norc", "--format=gcc", "--extended-analysis=false", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode < 2, done.stderr
    for match in _FOUND.finditer(done.stdout):
        yield match[1], match[2], match[0]


def taken(script: str) -> set[str]:
    """Return the upper-case variables that a script reads but does not set: values that its command must provide."""
    code = re.sub(r"^\s*#.*$", "", script, flags=re.MULTILINE)
    read = set(re.findall(r"\$\{?([A-Z][A-Z0-9_]+)", code))
    for counted in re.findall(r"\(\((.*?)\)\)", code):
        read |= set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", counted))
    return read - OTHERS - set(re.findall(r"\b([A-Z][A-Z0-9_]+)=", code))
