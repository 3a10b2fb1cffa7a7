"""How asyncssh and OpenSSH reach a machine, and how a command becomes root there."""

from __future__ import annotations

from typing import Any, Final

import asyncssh

# asyncssh does not export it
from asyncssh.config import ConfigParseError as ConfigParseError  # noqa: PLC0414

from kubetui.remote.endpoint import Endpoint

NOTHING: Final[tuple[list[str], ...]] = ([], [], [])


def arguments(endpoint: Endpoint, lookup: Any) -> dict[str, Any]:
    """Return the arguments of `asyncssh.connect` for an endpoint; `lookup` finds the host keys to trust.

    The user's own SSH configuration, keys and agent are ignored unless the endpoint is personal.
    """
    keys = [str(path) for path in endpoint.key_files]
    if not endpoint.personal:
        return {
            "host": endpoint.host,
            "port": endpoint.port,
            "username": endpoint.user,
            "client_keys": keys,
            "known_hosts": NOTHING,
            "config": [],
            "agent_path": None,
        }
    # ~/.ssh/config, the agent and the keys in ~/.ssh fill in what is left out
    chosen = {"port": endpoint.port, "username": endpoint.user, "client_keys": keys}
    return {"host": endpoint.host, "known_hosts": lookup, **{name: value for name, value in chosen.items() if value}}


def ssh_words(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the `ssh` command line that opens a shell on a machine."""
    options: list[str] = []
    if endpoint.port:
        options += ["-p", str(endpoint.port)]
    for path in endpoint.key_files:
        options += ["-i", str(path)]
    if endpoint.jump:
        options += ["-J", endpoint.jump]
    place = f"{endpoint.user}@{endpoint.host}" if endpoint.user else endpoint.host
    return ("ssh", *options, place)


def jump_endpoint(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint of the jump host, which accepts the same keys."""
    user, _, place = endpoint.jump.rpartition("@")
    host, _, port = place.partition(":")
    return Endpoint(host, int(port or 0), user, endpoint.key_files, personal=True)


def jump_name(endpoint: Endpoint) -> str:
    """Return the name under which a jump host's key is pinned; no machine can have such a name."""
    return f"jump:{endpoint.jump.rpartition('@')[2]}"


def as_root(endpoint: Endpoint, connection: asyncssh.SSHClientConnection) -> tuple[tuple[str, ...], bytes]:
    """Return the words that run a command as root, and the bytes that sudo reads from standard input first.

    sudo reads one line, byte by byte, and leaves the rest to the command. `-k` makes sudo always ask; if it did
    not, the command would read the password as its input.
    """
    if endpoint.personal and connection.get_extra_info("username") == "root":
        return (), b""
    if endpoint.password is None:
        return ("sudo", "-n"), b""
    return ("sudo", "-S", "-k", "-p", ""), f"{endpoint.password.reveal()}\n".encode()
