"""A shell on a machine: the wizard steps aside and comes back when the shell ends."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from textual.app import App, SuspendNotSupported

from kubetui.base.errors import KubetuiError
from kubetui.cluster.folder import Cluster
from kubetui.operations import observe


def open_shell(app: App[Any], cluster: str, machine: str) -> None:
    """Leave the screen to a shell on `machine`; say so where that is not possible."""
    try:
        shell = observe.shell_command(Cluster(cluster), machine)
        with app.suspend():
            sys.stdout.write(f"A shell on {machine}. Leave it with exit to come back to kubetui.\n")
            sys.stdout.flush()
            code = subprocess.run(shell.argv, cwd=shell.folder, env=shell.environment, check=False).returncode
    except SuspendNotSupported:
        app.notify("This terminal cannot be handed to a shell.", severity="warning")
    except (KubetuiError, OSError) as error:
        app.notify(str(error), severity="error", markup=False)
    else:
        if code == 255:  # noqa: PLR2004 - ssh's own code for a connection that failed
            app.notify(f"{machine} could not be reached.", severity="warning", markup=False)
