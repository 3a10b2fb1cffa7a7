"""Opens a shell on a machine; the wizard is suspended until the shell ends."""

from __future__ import annotations

import subprocess
import sys

from textual.app import App, SuspendNotSupported

from kubetui.base.errors import KubetuiError
from kubetui.cluster.folder import Cluster
from kubetui.operations import observe

_SSH_FAILED = 255
"""ssh's exit code for a connection that failed."""


def open_shell(app: App[object], cluster: str, machine: str) -> bool:
    """Suspend the wizard and open a shell on `machine`; return whether there was one, and notify the person if not."""
    try:
        shell = observe.shell_command(Cluster(cluster), machine)
        with app.suspend():
            sys.stdout.write(f"A shell on {machine}. Type exit to return to kubetui.\n")
            sys.stdout.flush()
            code = subprocess.run(shell.argv, cwd=shell.folder, env=shell.environment, check=False).returncode
    except SuspendNotSupported:
        app.notify("kubetui cannot open a shell in this terminal.", severity="warning")
    except (KubetuiError, OSError) as error:
        app.notify(str(error), severity="error", markup=False)
    else:
        if code != _SSH_FAILED:
            return True
        app.notify(f"Cannot connect to {machine}.", severity="warning", markup=False)
    return False
