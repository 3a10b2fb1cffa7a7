"""Installs what this host lacks, by the commands that the doctor's checks name."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable

from kubetui.base.check import Check, Lacking
from kubetui.base.errors import HostError


def commands(checks: Iterable[Check]) -> tuple[str, ...]:
    """Return the commands that install what the checks found missing, each once, in the order of the checks."""
    wanted = dict.fromkeys(each.command for each in checks if isinstance(each, Lacking) and each.command)
    return tuple(map(without_sudo, wanted) if os.geteuid() == 0 else wanted)


def without_sudo(command: str) -> str:
    """Return a command as root types it: a small system may have no sudo.

    >>> without_sudo("curl https://example.org/key | sudo tee /etc/key && sudo apt-get update")
    'curl https://example.org/key | tee /etc/key && apt-get update'
    """
    return re.sub(r"(^|[|&] )sudo ", r"\1", command)


def run(command: str) -> None:
    """Run a command in a shell, in the person's terminal: sudo may ask for a password.

    Raises HostError when it fails; in a pipe, too, as a key that was not fetched is no key.
    """
    code = subprocess.run(["bash", "-o", "pipefail", "-c", command], check=False).returncode
    if code:
        raise HostError(
            f"This command ended with code {code}: {command}",
            fix="What it printed says why. Nothing after it was run; kubetui doctor shows what is still missing.",
            id="HOST-INSTALL",
        )
