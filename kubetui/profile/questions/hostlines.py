"""Existing machines as lines of text, one per line; the profile's fields define what a line may contain.

The wizard and its plain questions take hosts like this: `kubmaster control-plane 192.168.1.10 user=me`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Any, Final

from kubetui.base.errors import HostLineError
from kubetui.base.text import did_you_mean
from kubetui.profile.schema.hosts import Host

HELP: Final = (
    "One machine per line: its host name, control-plane or worker, and its address; then, if SSH needs them, "
    "user=, port=, key=, jump=, and node_address= if the nodes reach each other elsewhere. ssh=NAME uses "
    "an entry of your OpenSSH configuration. labels= and taints= are lists with commas between. "
    "Example: kubmaster control-plane 192.168.1.10 user=me"
)
EXAMPLE: Final = "kubmaster control-plane 192.168.1.10 user=me"
_ROLES: Final = {"control-plane": "control plane", "worker": "worker"}
_KEYS: Final = tuple(name for name in Host.model_fields if name not in {"name", "role"})
_MISSAID: Final = {"control", "plane", "controlplane", "control_plane", "control-plane", "master"}
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,4}")


def parse(text: str) -> list[dict[str, Any]]:
    """Return the hosts in the lines as a profile's file has them; the profile validates their values.

    Skips empty lines. Raises HostLineError, whose message begins with the line's number.
    """
    hosts = []
    for number, line in numbered(text):
        try:
            hosts.append(_host(line))
        except HostLineError as error:
            raise HostLineError(f"Line {number}: {error}") from None
    return hosts


def numbered(text: str) -> list[tuple[int, str]]:
    """Return the non-empty lines with their numbers."""
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def lines(hosts: Iterable[Mapping[str, Any]]) -> str:
    """Return hosts as lines; `parse` reverses it."""
    return "\n".join(" ".join(_words(host)) for host in hosts)


def _words(host: Mapping[str, Any]) -> Iterable[str]:
    yield str(host["name"])
    yield next(word for word, role in _ROLES.items() if role == host.get("role", "worker"))
    for key in _KEYS:
        value = host.get(key)
        if value not in (None, {}, []):
            bare = key == "address" and value not in _ROLES
            text = _joined(value)
            yield shlex.quote(text) if bare else f"{key}={shlex.quote(text)}"


def _joined(value: Any) -> str:
    """Return a value as one word: labels and taints with commas between them, as kubectl lists them."""
    if isinstance(value, Mapping):
        return ",".join(f"{key}={text}" for key, text in value.items())
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _host(line: str) -> dict[str, Any]:
    try:
        name, *rest = shlex.split(line)
    except ValueError:
        raise HostLineError("A quote was opened and never closed. Close it.") from None
    if "=" in name or name in _ROLES:
        raise HostLineError(f"It begins with {name[:40]}. Begin with the machine's host name, such as: {EXAMPLE}")
    host: dict[str, Any] = {"name": name}
    for word in rest:
        key, value = _part(word)
        if key == "address" and "role" not in host and word.lower() in {*_MISSAID, "worker"}:
            meant = "worker" if word.lower() == "worker" else "control-plane"
            raise HostLineError(f"{word} is not a role. Write {meant}.")
        if key in host:
            raise HostLineError(f"{word[:40]} is a second {key}, and a machine has only one. Remove one of them.")
        host[key] = value
    if "role" not in host:
        raise HostLineError(f"It does not say what {name[:40]} becomes. Add control-plane or worker after the name.")
    if not host.keys() & {"address", "ssh"}:
        fix = "Add its address, or ssh= and its name in your OpenSSH configuration."
        raise HostLineError(f"It does not say where SSH reaches {name[:40]}. {fix}")
    return host


def _part(word: str) -> tuple[str, Any]:
    """Return a word's key and value: a role, KEY=VALUE, or else the address."""
    if word in _ROLES:
        return "role", _ROLES[word]
    key, equals, value = word.partition("=")
    if not equals:
        return "address", word
    if key not in _KEYS:
        fix = did_you_mean(f"{key}=", (f"{each}=" for each in _KEYS))
        raise HostLineError(f"{key[:40]}= is not a key of a host. {fix}")
    if key == "port" and _NUMBER.fullmatch(value):
        return key, int(value)
    if key == "taints":
        return key, value.split(",")
    if key == "labels":
        pairs = [pair.partition("=") for pair in value.split(",")]
        return key, {name: text for name, _, text in pairs}
    return key, value
