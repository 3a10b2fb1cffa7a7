"""How asyncssh is told to reach a machine, and how one becomes root there."""

from __future__ import annotations

from typing import Any, Final

import asyncssh

# not among what asyncssh exports
from asyncssh.config import ConfigParseError as ConfigParseError  # noqa: PLC0414

from kubetui.remote.endpoint import Endpoint

NOTHING: Final[tuple[list[str], ...]] = ([], [], [])


def arguments(endpoint: Endpoint, lookup: Any) -> dict[str, Any]:
    """Return what `asyncssh.connect` takes for an endpoint; `lookup` finds the host keys to trust.

    Nothing of the person's own set-up has a part in it, unless the endpoint is personal.
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
    # what is left out comes from ~/.ssh/config, the agent and the keys in ~/.ssh
    chosen = {"port": endpoint.port, "username": endpoint.user, "client_keys": keys}
    return {"host": endpoint.host, "known_hosts": lookup, **{name: value for name, value in chosen.items() if value}}


def ssh_words(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the words that open a shell on a machine with OpenSSH, which reads the person's own configuration."""
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
    """Return the host on the way to an endpoint, which the same keys open."""
    user, _, place = endpoint.jump.rpartition("@")
    host, _, port = place.partition(":")
    return Endpoint(host, int(port or 0), user, endpoint.key_files, personal=True)


def jump_name(endpoint: Endpoint) -> str:
    """Return the name that a jump host's key is pinned under; no machine can be called so."""
    return f"jump:{endpoint.jump.rpartition('@')[2]}"


def as_root(endpoint: Endpoint, connection: asyncssh.SSHClientConnection) -> tuple[tuple[str, ...], bytes]:
    """Return the words before a command that make it root's, and what sudo reads before the command does.

    sudo reads one line, byte by byte, and leaves the rest to the command. `-k` makes it ask in any case, or the
    password would be taken for the command's input.
    """
    if endpoint.personal and connection.get_extra_info("username") == "root":
        return (), b""
    if endpoint.password is None:
        return ("sudo", "-n"), b""
    return ("sudo", "-S", "-k", "-p", ""), f"{endpoint.password.reveal()}\n".encode()
