"""Connecting to existing machines over real SSH: known, unknown and changed host keys, and sudo with a password."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import asyncssh
import pytest

from kubetui.base.errors import HostError, HostKeyError, KubetuiError, RunError
from kubetui.base.redaction import Secret
from kubetui.base.text import CommandText, LineSink
from kubetui.engine.provider import MachineState
from kubetui.machines.hosts import access
from kubetui.machines.hosts.access import Access, Nobody, UnknownKey, greet
from kubetui.machines.hosts.provider import HostsProvider
from kubetui.machines.make import make
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.remote.command import Command
from kubetui.remote.host_keys import HostKeys
from kubetui.remote.node import Result
from kubetui.remote.ssh import SshNode
from tests.loopback import Guest, guest

ASKING_SUDO = """
if [[ $1 == -n ]]; then
  shift
  echo 'sudo: a password is required' >&2
  exit 1
fi
[[ "$1 $2 $3 $4" == "-S -k -p " ]] || exit 2
shift 4
# as sudo does, one line and not a byte more
IFS= read -r password
[[ $password == "it's root's" ]] || { echo 'sudo: 1 incorrect password attempt' >&2; exit 1; }
exec "$@"
"""
PASSWORD = "it's root's"  # noqa: S105


class Someone:
    """Gives prepared answers and records the questions."""

    def __init__(self, *, accept: bool = True, password: str | None = None) -> None:
        self._accept = accept
        self._password = password
        self.shown: list[UnknownKey] = []
        self.asked: list[str] = []

    def accept(self, unknown: Sequence[UnknownKey]) -> bool:
        self.shown += unknown
        return self._accept

    def password(self, machines: Sequence[str]) -> Secret | None:
        self.asked += machines
        return Secret(self._password) if self._password else None


@pytest.fixture
async def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Guest]:
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setattr(access, "GLOBAL_KNOWN_HOSTS", tmp_path / "none")
    folder = tmp_path / "guest"
    folder.mkdir()
    async with guest(folder) as found:
        yield found


def plan(machine: Guest, **changes: object) -> Plan:
    host = {
        "name": "web",
        "role": "control plane",
        "address": "127.0.0.1",
        "port": machine.wire.port,
        "user": "ann",
        "key": str(machine.key),
    }
    return Plan(Profile.model_validate({"provider": "hosts", "hosts": [host | changes]}), "an-identity")


async def host_key(machine: Guest) -> asyncssh.SSHKey:
    key = await asyncssh.get_server_host_key("127.0.0.1", machine.wire.port, config=[])
    assert key is not None
    return key


def known_hosts(machine: Guest, key: asyncssh.SSHKey) -> None:
    line = f"[127.0.0.1]:{machine.wire.port} {key.export_public_key().decode()}"
    (Path.home() / ".ssh" / "known_hosts").write_text(line)


async def test_an_unknown_host_key_is_pinned_once_confirmed(machine: Guest, tmp_path: Path) -> None:
    someone = Someone()
    met = await greet(plan(machine), tmp_path / "keys", someone)
    key = await host_key(machine)
    assert someone.shown == [UnknownKey("web", "ssh-ed25519", key.get_fingerprint())]
    assert met.password is None
    keys = HostKeys(tmp_path / "keys", first_sight=False)
    assert keys.pinned("web") is None
    met.pin(keys)
    again = Someone()
    await greet(plan(machine), tmp_path / "keys", again)
    assert again.shown == []


async def test_an_unconfirmed_host_key_is_an_error(machine: Guest, tmp_path: Path) -> None:
    key = await host_key(machine)
    with pytest.raises(HostError) as caught:
        await greet(plan(machine), tmp_path / "keys", Nobody())
    assert f"web: Its host key is unknown on this host: ssh-ed25519 {key.get_fingerprint()}" in caught.value.message
    assert machine.processes == 0


async def test_a_host_key_in_known_hosts_needs_no_question(machine: Guest, tmp_path: Path) -> None:
    known_hosts(machine, await host_key(machine))
    someone = Someone()
    met = await greet(plan(machine), tmp_path / "keys", someone)
    assert someone.shown == []
    assert set(met.host_keys) == {"web"}


async def test_a_key_that_differs_from_known_hosts_is_refused_without_asking(machine: Guest, tmp_path: Path) -> None:
    known_hosts(machine, asyncssh.generate_private_key("ssh-ed25519").convert_to_public())
    someone = Someone()
    with pytest.raises(HostError, match="differs from the one in your known_hosts"):
        await greet(plan(machine), tmp_path / "keys", someone)
    assert someone.shown == []


async def test_a_changed_host_key_is_an_error(machine: Guest, tmp_path: Path) -> None:
    (await greet(plan(machine), tmp_path / "keys", Someone())).pin(HostKeys(tmp_path / "keys"))
    await machine.serve()
    someone = Someone()
    with pytest.raises(HostError, match="another SSH host key than before"):
        await greet(plan(machine), tmp_path / "keys", someone)
    assert someone.shown == []


async def test_a_name_moved_to_another_machine_asks_for_its_host_key_again(machine: Guest, tmp_path: Path) -> None:
    keys = HostKeys(tmp_path / "keys")
    (await greet(plan(machine), keys.path, Someone())).pin(keys)
    before = keys.pinned("web")
    await machine.serve()
    someone = Someone()
    met = await greet(plan(machine), keys.path, someone, moved=["web"])
    key = await host_key(machine)
    assert someone.shown == [UnknownKey("web", "ssh-ed25519", key.get_fingerprint())]
    assert keys.pinned("web") == before
    met.pin(keys)
    assert keys.pinned("web") != before


async def test_the_openssh_configuration_resolves_a_name(machine: Guest, tmp_path: Path) -> None:
    (Path.home() / ".ssh" / "config").write_text(
        f"Host lab\n  HostName 127.0.0.1\n  Port {machine.wire.port}\n  User ann\n  IdentityFile {machine.key}\n"
    )
    by_name = plan(machine, ssh="lab", address=None, node_address="127.0.0.1", port=None, user=None, key=None)
    met = await greet(by_name, tmp_path / "keys", Someone())
    assert set(met.host_keys) == {"web"}


async def test_all_unreachable_machines_are_reported_in_one_error(machine: Guest, tmp_path: Path) -> None:
    machine.let_in = False
    both = plan(machine).profile.model_dump(mode="json", by_alias=True)
    other = both["hosts"][0] | {"name": "gone", "role": "worker", "address": "127.0.0.2", "port": 1}
    two = Plan(Profile.model_validate(both | {"hosts": [both["hosts"][0], other]}))
    with pytest.raises(HostError) as caught:
        await greet(two, tmp_path / "keys", Someone())
    assert "web cannot be reached" in caught.value.message
    assert "does not accept the key" in caught.value.message
    assert "gone cannot be reached" in caught.value.message


def let_sudo_ask(machine: Guest) -> None:
    (machine.standins / "sudo").write_text(f"#!/bin/bash\n{ASKING_SUDO}")


async def test_sudo_gets_the_password_and_the_script_gets_the_rest(machine: Guest, tmp_path: Path) -> None:
    let_sudo_ask(machine)
    someone = Someone(password=PASSWORD)
    chosen = plan(machine)
    met = await greet(chosen, tmp_path / "keys", someone)
    assert someone.asked == ["web"]
    assert met.asking == {"web"}
    assert PASSWORD not in repr(met)
    keys = HostKeys(tmp_path / "keys", first_sight=False)
    met.pin(keys)
    node = SshNode("web", met.endpoint(chosen.machines[0]), keys)
    lines: list[str] = []
    assert (await node.run(Command("cat; say one\n"))).lines == ("one",)
    assert await node.read(Command("printf two\n")) == "two"
    assert (await node.carry_out("step", Command("say three\n"), lines.append)).ok
    await node.close()
    assert lines == ["three"]
    assert PASSWORD not in "".join(path.read_text() for path in machine.run.rglob("*") if path.is_file())


async def test_a_wrong_password_is_tried_once(machine: Guest, tmp_path: Path) -> None:
    let_sudo_ask(machine)
    with pytest.raises(HostError, match="web: sudo refuses: sudo: 1 incorrect password attempt"):
        await greet(plan(machine), tmp_path / "keys", Someone(password="guess"))  # noqa: S106


async def test_unattended_runs_require_passwordless_sudo(machine: Guest, tmp_path: Path) -> None:
    let_sudo_ask(machine)
    with pytest.raises(HostError, match="web: sudo asks for a password"):
        await greet(plan(machine), tmp_path / "keys", Someone())


async def test_root_needs_no_sudo(machine: Guest, tmp_path: Path) -> None:
    (machine.standins / "sudo").write_text("#!/bin/bash\nexit 1\n")
    await greet(plan(machine, user="root"), tmp_path / "keys", Someone())


async def test_the_jump_hosts_key_is_confirmed_before_the_machines(machine: Guest, tmp_path: Path) -> None:
    someone = Someone()
    behind = plan(machine, jump=f"ann@127.0.0.1:{machine.wire.port}")
    with pytest.raises(KubetuiError):
        # this server refuses to forward: kubetui asks about its key, then cannot reach the machine behind it
        await greet(behind, tmp_path / "keys", someone)
    assert [each.machine for each in someone.shown] == [f"127.0.0.1:{machine.wire.port}"]


async def test_the_provider_refuses_unfit_machines(machine: Guest, tmp_path: Path) -> None:
    chosen = plan(machine)
    met = await greet(chosen, tmp_path / "host-keys", Someone())
    provider = make(chosen, tmp_path, met)
    with pytest.raises(HostError, match="web: Its host name is "):
        await provider.prepare()
    assert machine.runs == []
    assert await provider.states() == {"web": MachineState.RUNNING}
    await machine.wire.close()
    assert await provider.states() == {"web": MachineState.UNKNOWN}
    with pytest.raises(KubetuiError, match="web does not answer"):
        await provider.start(chosen.machines[0], lambda _: None)


async def test_an_unconfirmed_machine_is_not_trusted_later(machine: Guest, tmp_path: Path) -> None:
    chosen = plan(machine)
    node = SshNode("web", Access().endpoint(chosen.machines[0]), HostKeys(tmp_path / "keys", first_sight=False))
    with pytest.raises(HostKeyError, match="this computer does not know"):
        await node.connect(lambda _: None)
    assert not (tmp_path / "keys").exists()


async def test_destroy_reports_every_worker_that_cannot_be_reset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts = [
        {"name": name, "role": "worker" if index else "control plane", "address": f"192.168.1.{index + 1}"}
        for index, name in enumerate(("first", "one", "two", "three"))
    ]
    asked: list[str] = []

    async def reset(_self: HostsProvider, machine: Machine, _log: object) -> None:
        asked.append(machine.name)
        if machine.name != "three":
            raise RunError(f"{machine.name} says no.", fix="Go on.", id="RESET")

    monkeypatch.setattr(HostsProvider, "_reset", reset)
    plan = Plan(Profile.model_validate({"provider": "hosts", "hosts": hosts}))
    with pytest.raises(RunError, match=r"^one says no\.\ntwo says no\.") as raised:
        await HostsProvider(plan, tmp_path, Access()).destroy(lambda _line: None)
    assert (raised.value.fix, raised.value.id, asked) == ("Go on.", "RESET", ["one", "two", "three"])


async def test_commands_of_a_reset_are_told_as_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def carry_out(_self: SshNode, _task: str, _command: Command, log: LineSink) -> Result:
        log(CommandText("apt-get purge kubelet"))
        log("Removing kubelet")
        return Result(0, ())

    async def connect(_self: SshNode, _log: LineSink) -> None:
        return None

    monkeypatch.setattr(SshNode, "connect", connect)
    monkeypatch.setattr(SshNode, "carry_out", carry_out)
    hosts = [{"name": "one", "role": "control plane", "address": "192.168.1.1"}]
    plan = Plan(Profile.model_validate({"provider": "hosts", "hosts": hosts}))
    lines: list[str] = []
    await HostsProvider(plan, tmp_path, Access()).destroy(lines.append)
    assert lines == ["one: $ apt-get purge kubelet", "one: Removing kubelet"]
