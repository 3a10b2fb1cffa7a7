"""Vagrant's well-known key pair, which anybody has: a machine that still lets it in is nobody's alone.

Vagrant replaces it in a new machine with one of the machine's own. Here that is tried: SSH asks whether
the key would do, and the answer has to be no. Vagrant keeps the pair in its home, so none is shipped here.
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
    """Return Vagrant's well-known private keys: one file until 2.3, a folder with one of each kind from 2.4 on."""
    found = (home / "insecure_private_key", *sorted((home / "insecure_private_keys").glob("*")))
    return tuple(path for path in found if path.is_file())


@lru_cache(maxsize=8)
def _key(path: Path, _changed: int) -> asyncssh.SSHKey:
    # once, not for every machine: an RSA key is checked as it is read, and that stops every thread for 40 ms
    return asyncssh.read_private_key(path)


def _keys(paths: tuple[Path, ...]) -> list[asyncssh.SSHKey]:
    return [_key(path, path.stat().st_mtime_ns) for path in paths]


async def refuse(name: str, endpoint: Endpoint, keys: HostKeys, home: Path, log: LineSink) -> None:
    """Try Vagrant's well-known keys on a machine that was just connected to; being refused is what is wanted.

    Raises RunError where one is let in. Where the machine cannot be asked, that is said and the run goes on.
    """
    known = key_files(home)
    if not known:
        return
    trial = Endpoint(endpoint.host, endpoint.port, endpoint.user, known)
    arguments = reach.arguments(trial, keys.lookup(name)) | {"known_hosts": keys.lookup(name)}
    try:
        arguments["client_keys"] = await asyncio.to_thread(_keys, known)
        connection = await asyncssh.connect(
            **arguments, preferred_auth="publickey", connect_timeout=SECONDS, login_timeout=SECONDS
        )
    except asyncssh.PermissionDenied:
        return
    except (OSError, asyncssh.Error, asyncssh.KeyImportError) as error:
        log(f"whether Vagrant's well-known key is refused could not be seen: {type(error).__name__}")
        return
    connection.abort()
    raise RunError(
        f"{name} lets in Vagrant's well-known SSH key, which anybody has.",
        fix=f"Remove its line (vagrant insecure public key) from ~{endpoint.user}/.ssh/authorized_keys in the machine, "
        "or destroy the cluster and start again: Vagrant replaces the key in a new machine.",
        id="SSH-INSECURE-KEY",
    )
