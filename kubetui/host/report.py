"""Facts about this host for a support report: its checks, and the versions of kubetui, its libraries and tools."""

from __future__ import annotations

import asyncio
import dataclasses
import platform
import sys
from importlib import metadata
from typing import Any, Final

from kubetui import __version__
from kubetui.base.process import ask
from kubetui.base.system import this_system
from kubetui.host.doctor import examine
from kubetui.machines.vagrant.commandline import environment
from kubetui.profile.plan import Plan

_LIBRARIES: Final = (
    *("asyncssh", "click", "cryptography", "pydantic"),
    *("python-vagrant", "pyyaml", "questionary", "textual"),
)
_PROGRAMS: Final = (
    ("vagrant", "--version"),
    ("vagrant", "plugin", "list"),
    ("VBoxManage", "--version"),
    ("virsh", "--version"),
    ("lxc-ls", "--version"),
    ("ssh", "-V"),
    ("kubectl", "version", "--client"),
)


async def checks(plan: Plan | None) -> list[dict[str, Any]]:
    """Return what `kubetui doctor` finds for a plan, or in general."""
    return [dataclasses.asdict(check) for check in await examine(plan)]


async def versions() -> dict[str, Any]:
    """Return the versions of kubetui, its libraries and the programs it calls; None means no answer."""
    said = await asyncio.gather(*(ask(*words, env=environment()) for words in _PROGRAMS))
    return {
        "kubetui": __version__,
        "python": sys.version,
        "system": {**dataclasses.asdict(this_system()), "kernel": platform.platform()},
        "libraries": {name: _version(name) for name in _LIBRARIES},
        "programs": {" ".join(words): text for words, text in zip(_PROGRAMS, said, strict=True)},
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
