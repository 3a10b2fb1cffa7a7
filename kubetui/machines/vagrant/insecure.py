"""Checks that a machine refuses Vagrant's well-known key pair, which is public.

Vagrant replaces that key in a new machine. This module verifies that: it offers the well-known key over SSH,
and the machine has to refuse it. Vagrant keeps the pair in its home folder, so kubetui ships none.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from pathlib import Path

import asyncssh

from kubetui.base.errors import RunError
from kubetui.base.text import LineSink
from kubetui.remote import reach
from kubetui.remote.endpoint import Endpoint
from kubetui.remote.host_keys import HostKeys

SECONDS = 10.0


def key_files(home: Path) -> tuple[Path, ...]:
    """Return Vagrant's well-known private keys: one file up to 2.3, a folder with one per kind since 2.4."""
    found = (home / "insecure_private_key", *sorted((home / "insecure_private_keys").glob("*")))
    return tuple(path for path in found if path.is_file())


def public_keys(home: Path) -> str:
    """Return Vagrant's well-known public keys, one a line; Vagrant replaces them when a machine first starts.

    Vagrant looks for the whole line, including the comment of its own files.
    """
    lines = []
    for file in key_files(home):
        key = asyncssh.read_private_key(str(file))
        key.set_comment("vagrant insecure public key")
        lines.append(key.export_public_key().decode())
    return "".join(lines)


@lru_cache(maxsize=8)
def _key(path: Path, _changed: int) -> asyncssh.SSHKey:
    # cached: reading an RSA key checks it, which blocks every thread for 40 ms
    return asyncssh.read_private_key(path)


def _keys(paths: tuple[Path, ...]) -> list[asyncssh.SSHKey]:
    return [_key(path, path.stat().st_mtime_ns) for path in paths]


async def refuse(name: str, endpoint: Endpoint, host_keys: HostKeys, home: Path, log: LineSink) -> None:
    """Try to log in to a connected machine with Vagrant's well-known keys; the machine has to refuse them.

    Raises RunError when it accepts one. When the attempt itself fails, logs that and lets the run continue.
    """
    known = key_files(home)
    if not known:
        return
    trial = Endpoint(endpoint.host, endpoint.port, endpoint.user, known)
    arguments = reach.arguments(trial, host_keys.lookup(name)) | {"known_hosts": host_keys.lookup(name)}
    try:
        arguments["client_keys"] = await asyncio.to_thread(_keys, known)
        connection = await asyncssh.connect(
            **arguments, preferred_auth="publickey", connect_timeout=SECONDS, login_timeout=SECONDS
        )
    except asyncssh.PermissionDenied:
        return
    except (OSError, asyncssh.Error, asyncssh.KeyImportError) as error:
        log(f"could not check whether the machine refuses Vagrant's well-known key: {type(error).__name__}")
        return
    connection.abort()
    raise RunError(
        f"{name} accepts Vagrant's well-known SSH key, which anybody has.",
        fix=f"Remove its line (vagrant insecure public key) from ~{endpoint.user}/.ssh/authorized_keys in the machine, "
        "or destroy the cluster and build it again: Vagrant replaces the key in a new machine.",
        id="SSH-INSECURE-KEY",
    )
