"""Access to existing machines, obtained before a run: host keys that a person confirms, and the sudo password.

kubetui stores only the host keys, in the cluster's own file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import asyncssh

from kubetui.base.errors import HostKeyError, KubetuiError
from kubetui.base.redaction import Secret
from kubetui.base.text import nowhere
from kubetui.machines.hosts.findings import Obstacle, refusal
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote import reach
from kubetui.remote.connection import Patience
from kubetui.remote.endpoint import Endpoint
from kubetui.remote.host_keys import HostKeys, Trusted
from kubetui.remote.ssh import SshNode

ONCE = Patience(boot=0.0)
"""A single try: an existing machine is expected to answer."""
GLOBAL_KNOWN_HOSTS = Path("/etc/ssh/ssh_known_hosts")
_ROUNDS = 3
"""Rounds of questions: a jump host's key must be confirmed before the machine behind it shows its own."""


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """A host key that nobody has confirmed: the machine that shows it, its kind and its fingerprint."""

    machine: str
    kind: str
    fingerprint: str


class Person(Protocol):
    """Someone who answers questions about machines."""

    def accept(self, unknown: Sequence[UnknownKey], /) -> bool:
        """Return whether the person trusts these keys; false if nobody can answer."""

    def password(self, machines: Sequence[str], /) -> Secret | None:
        """Return the sudo password for these machines; None if nobody can answer."""


class Nobody:
    """Stands in when there is nobody to ask: trusts no key and has no password."""

    def accept(self, _unknown: Sequence[UnknownKey], /) -> bool:
        """Trust no key."""
        return False

    def password(self, _machines: Sequence[str], /) -> None:
        """Return no password."""


@dataclass(frozen=True, slots=True)
class Access:
    """What one run needs to reach existing machines: host keys by machine, and the sudo password if one is needed."""

    host_keys: Mapping[str, str] = field(default_factory=dict)
    password: Secret | None = None
    asking: frozenset[str] = frozenset()

    def pin(self, keys: HostKeys) -> None:
        """Pin the host keys in a cluster's file."""
        for name, key in self.host_keys.items():
            keys.pin(name, key)

    def endpoint(self, machine: Machine) -> Endpoint:
        """Return how SSH reaches a machine, with the sudo password if it needs one.

        A machine that leaves its cluster was not met, as it may be dead: it gets the password that the others need.
        """
        endpoint = endpoint_of(machine)
        return replace(endpoint, password=self.password) if machine.name in self.asking or machine.leaving else endpoint


def endpoint_of(machine: Machine) -> Endpoint:
    """Return how SSH reaches an existing machine, from the profile."""
    host = machine.host
    if host is None:
        raise ValueError(f"the profile does not list {machine.name} among its hosts")
    keys = (Path(host.key).expanduser(),) if host.key else ()
    place = host.ssh or host.address or str(machine.address)
    return Endpoint(place, host.port or 0, host.user or "", keys, personal=True, jump=host.jump or "")


class Introduction(HostKeys):
    """Host keys before a run: pinned ones, the person's known_hosts, and newly confirmed ones, all in memory."""

    def __init__(self, path: Path, known_hosts: Sequence[Path], moved: Collection[str] = ()) -> None:
        super().__init__(path, first_sight=False)
        self._moved = frozenset(moved)
        self._known_hosts = [str(file) for file in known_hosts if file.is_file()]
        self._expected: set[str] = set()
        self._met: dict[str, str] = {}
        self.unknown: dict[str, asyncssh.SSHKey] = {}

    def pin(self, machine: str, key: str) -> None:
        """Remember a machine's key in memory, without writing it to disk."""
        self._met[machine] = key

    def all(self) -> dict[str, str]:
        """Return every pinned key by machine, including keys of machines met in this run."""
        pinned = {name: key for name, key in super().all().items() if name not in self._moved}
        return {**pinned, **self._met}

    def lookup(self, machine: str) -> Callable[[str, str, int | None], Trusted]:
        """Return a function that finds a machine's keys in known_hosts, unless its key is pinned."""
        if self.pinned(machine) is not None:
            return super().lookup(machine)

        def find(host: str, address: str, port: int | None) -> Trusted:
            if not self._known_hosts:
                return [], [], []
            keys, authorities, revoked, *_ = asyncssh.match_known_hosts(self._known_hosts, host, address, port)
            if keys:
                self._expected.add(machine)
            return list(keys), list(authorities), list(revoked)

        return find

    def accept(self, machine: str, key: str) -> bool:
        """Note a key that known_hosts lacks; a key that contradicts known_hosts can never be confirmed."""
        pinned = self.pinned(machine)
        if pinned is None and machine not in self._expected:
            self.unknown[machine] = asyncssh.import_public_key(key)
        return pinned == key

    def confirm(self) -> None:
        """Pin the unknown keys."""
        for machine, key in self.unknown.items():
            self.pin(machine, key.export_public_key().decode().strip())
        self.unknown.clear()

    def changed(self, machine: str) -> bool:
        """Return whether known_hosts expects another key."""
        return machine in self._expected


@dataclass
class _Meeting:
    """The state of connecting to a plan's machines for the first time."""

    plan: Plan
    host_keys: Introduction
    obstacles: dict[str, Obstacle] = field(default_factory=dict)
    asking: set[str] = field(default_factory=set)

    async def knock(self, machines: Sequence[Machine], password: Secret | None = None) -> None:
        """Connect to the machines concurrently, and try to become root on each."""
        await asyncio.gather(*(self._one(machine, password) for machine in machines))

    async def _one(self, machine: Machine, password: Secret | None) -> None:
        name, endpoint = machine.name, endpoint_of(machine)
        node = SshNode(name, replace(endpoint, password=password), self.host_keys, ONCE)
        try:
            await node.connect(nowhere)
            # known_hosts may have confirmed the key
            self.host_keys.pin(name, node.host_key)
            root, said = await node.try_root()
            # sudo-rs: interactive authentication is required
            if not root and password is None and "is required" in said:
                self.asking.add(name)
            elif not root:
                self.asking.discard(name)
                fix = "Allow this user to run everything as root."
                self.obstacles[name] = Obstacle(name, f"sudo refuses: {said or 'it prints no reason'}", fix)
        except HostKeyError as error:
            if not {name, reach.jump_name(endpoint)} & self.host_keys.unknown.keys():
                message = _changed(machine) if self.host_keys.changed(name) else error.message
                self.obstacles[name] = Obstacle(name, message, "" if self.host_keys.changed(name) else error.fix)
        except KubetuiError as error:
            self.obstacles[name] = Obstacle(name, error.message, error.fix)
        finally:
            await node.close()


def _changed(machine: Machine) -> str:
    place = endpoint_of(machine).host
    return (
        f"Its SSH host key differs from the one in your known_hosts. Either it was reinstalled, or something "
        f"else answers at its address. If you know why: ssh-keygen -R {place}"
    )


def known_hosts() -> tuple[Path, ...]:
    """Return the files in which OpenSSH keeps host keys."""
    return (Path.home() / ".ssh" / "known_hosts", GLOBAL_KNOWN_HOSTS)


async def greet(plan: Plan, host_keys: Path, person: Person, moved: Collection[str] = ()) -> Access:
    """Reach every machine of a plan, asking `person` about unknown host keys and, once, for sudo's password.

    Keys in `host_keys` are trusted, except those of machines that `moved`: their names belong to other machines now.
    Changes nothing anywhere. Raises HostError with everything that keeps any machine from being used.
    """
    meeting = _Meeting(plan, Introduction(host_keys, known_hosts(), moved))
    for _ in range(_ROUNDS):
        await meeting.knock([machine for machine in plan.machines if machine.name not in meeting.obstacles])
        unknown = [_shown(name, key) for name, key in sorted(meeting.host_keys.unknown.items())]
        if not unknown:
            break
        if not person.accept(unknown):
            strangers = (
                Obstacle(each.machine, f"Its host key is unknown on this host: {each.kind} {each.fingerprint}", _HOW)
                for each in unknown
            )
            raise refusal((*meeting.obstacles.values(), *strangers))
        meeting.host_keys.confirm()
    _refuse(meeting)
    password = await _password(meeting, person)
    return Access(meeting.host_keys.all(), password, frozenset(meeting.asking))


_HOW = "In a terminal kubetui asks. Otherwise compare it and add --accept-host-keys, or connect once with ssh."


async def _password(meeting: _Meeting, person: Person) -> Secret | None:
    asking = sorted(meeting.asking)
    if not asking:
        return None
    password = person.password(asking)
    if password is None:
        fix = "In a terminal kubetui asks for it once. Otherwise allow sudo without it (NOPASSWD in /etc/sudoers.d)."
        raise refusal(Obstacle(name, "sudo asks for a password.", fix) for name in asking)
    await meeting.knock([machine for machine in meeting.plan.machines if machine.name in meeting.asking], password)
    _refuse(meeting)
    return password


def _refuse(meeting: _Meeting) -> None:
    if meeting.obstacles:
        order = [machine.name for machine in meeting.plan.machines]
        raise refusal(sorted(meeting.obstacles.values(), key=lambda each: order.index(each.machine)))


def _shown(name: str, key: asyncssh.SSHKey) -> UnknownKey:
    return UnknownKey(name.removeprefix("jump:"), key.get_algorithm(), key.get_fingerprint())
