"""The program's entry point. It imports nothing that Windows lacks, so that it can say so there.

Two things of others can be in the way: a package called `screens`, as ours is, and a program called `kubetui`.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

_HOST = 3
"""ExitCode.HOST, whose module loads others."""
_OURS = b"kubetui"
"""What a text of ours has in it: the first line of our package `screens`, and the scripts that start this program."""
_TOLD = frozenset({"", "--plain", "doctor"})
"""The first words of the starts that look whose the first kubetui on PATH is; empty for the wizard."""


def main() -> None:
    """Run the command line; on Windows itself, say where kubetui runs instead."""
    if sys.platform == "win32":
        _refuse("This is Windows, and kubetui needs Linux or macOS: install and run it in WSL 2.")
    if found := strange_screens():
        _refuse(
            f"{found} is another project's package, and kubetui needs its own of that name.\n"
            "  Give kubetui an environment of its own: pipx install kubetui"
        )
    if "".join(sys.argv[1:2]) in _TOLD and (other := namesake()):
        sys.stderr.write(
            f"kubetui: The first kubetui on PATH, {other}, is another program: a viewer of a cluster's resources has "
            "the same name. This one builds clusters, and is called kubetui-wizard as well.\n"
        )
    from kubetui.cli.main import main as command

    command()


def strange_screens() -> str:
    """Return the folder of another project's `screens` that would be taken for ours; empty if ours is found.

    It may come first on Python's path, or have been installed over ours.
    """
    own = Path(__file__).resolve().parents[2] / "screens" / "__init__.py"
    spec = find_spec("screens")
    places = [*(spec.submodule_search_locations or ())] if spec else []
    # a package without __init__.py, or a module
    found = Path(places[0], "__init__.py") if places else Path(spec.origin or "") if spec else own
    if found.resolve() == own and _OURS in _beginning(own):
        return ""
    return str(found.parent if places else found)


def namesake() -> str:
    """Return the first kubetui on PATH where that is another program; empty for none, or a copy of this one."""
    for folder in os.get_exec_path():
        path = Path(folder, "kubetui")
        if path.is_file() and os.access(path, os.X_OK):
            text = _beginning(path)
            return "" if text.startswith(b"#!") and _OURS + b".cli" in text else str(path)
    return ""


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except OSError:
        return b""


def _refuse(text: str) -> None:
    sys.stderr.write(f"kubetui: {text}\n")
    sys.exit(_HOST)
