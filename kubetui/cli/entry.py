"""The program's entry point. It imports nothing that Windows lacks, so that it can say so there."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; on Windows itself, say where kubetui runs instead."""
    if sys.platform == "win32":
        # the exit code is ExitCode.HOST, whose module loads others
        sys.stderr.write("kubetui: This is Windows, and kubetui needs Linux or macOS: install and run it in WSL 2.\n")
        sys.exit(3)
    from kubetui.cli.main import main as command

    command()
