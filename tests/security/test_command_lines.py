"""Planted secrets appear in no command line on the host or a machine, while steps and sudo receive them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from kubetui.base.redaction import Secret, Stream
from kubetui.remote.command import Command, Value
from kubetui.remote.endpoint import Endpoint
from kubetui.remote.host_keys import HostKeys
from kubetui.remote.node import Node
from kubetui.remote.ssh import SshNode
from kubetui.steps.node import proxy
from tests.loopback import QUICK, guest
from tests.security.commandlines import Watch
from tests.security.planted import CANARIES, KEY, SUDO, TOKEN, assert_none, files_under, logged_in


async def test_no_command_line_on_the_host_or_a_machine_has_a_secret(tmp_path: Path) -> None:
    lines: list[str] = []
    with Watch() as watch:
        async with guest(tmp_path) as machine:
            node: Node = machine.node()
            values: dict[str, Value] = {
                "PASSWORD": Secret(SUDO),
                "JOIN_TOKEN": Secret(TOKEN),
                "CERTIFICATE_KEY": Secret(KEY),
                "PROXY": proxy.environment(logged_in()),
            }
            script = 'sleep 0.4\nprintf %s "$PASSWORD$JOIN_TOKEN$CERTIFICATE_KEY$PROXY" | sha256sum\nsleep 0.4\n'
            result = await node.carry_out("secret-1", Command(script, values), lines.append)
            again = await node.run(Command(script, values), lines.append)
            await node.close()
    assert result.ok
    assert again.ok
    watch.assert_saw("sleep")
    assert_none("\n".join(watch.seen))
    assert_none("\n".join(lines))
    left = [path for path, text in files_under(tmp_path / "run") if any(canary in text for canary in CANARIES)]
    assert not left, "the script removed itself"


SUDO_ASKS = r"""
[[ $1 != -n ]] || { echo 'sudo: a password is required' >&2; exit 1; }
shift 4
IFS= read -r password
[[ $password == "$(<"$STANDINS/password")" ]] || { echo "sudo: it is not $password" >&2; exit 1; }
exec "$@"
"""


@pytest.mark.parametrize("right", [True, False])
async def test_sudos_password_does_not_leak(tmp_path: Path, right: bool) -> None:  # noqa: FBT001
    """The machine's sudo asks for a password; the step prints it, or sudo itself does if it is wrong."""
    said: list[str] = []
    with Watch() as watch:
        async with guest(tmp_path) as machine:
            (machine.standins / "sudo").write_text(f"#!/bin/bash\n{SUDO_ASKS}")
            (machine.standins / "password").write_text(f"{SUDO}\n" if right else "another\n")
            endpoint = Endpoint("127.0.0.1", machine.wire.port, "me", (machine.key,), password=Secret(SUDO))
            node = SshNode("web", endpoint, HostKeys(tmp_path / "host-keys"), QUICK)
            hide = Stream()
            script = 'sleep 0.4\nprintf "%s\\n" "$PASSWORD"\nsleep 0.4\nfail "it was $PASSWORD"\n'
            command = Command(script, {"PASSWORD": Secret(SUDO)})
            carried = await node.carry_out("sudo-1", command, lambda line: said.append(hide(line)))
            again = await node.run(command)
            assert not carried.ok
            assert not again.ok
            said += map(hide, (*carried.lines, *again.lines))
            _, answer = await node.try_root()
            said.append(hide(answer))
            await node.close()
            (machine.standins / "password").unlink()
    watch.assert_saw("sleep" if right else "bash")
    assert_none("\n".join(watch.seen))
    assert_none("\n".join(said))
    assert any("********" in line for line in said), "it was printed, and taken out"
    left = [path for path, text in files_under(tmp_path) if SUDO in text]
    # a failed step keeps its output for inspection, readable only by root
    assert [path.name for path in left] == (["log"] if right else [])
    assert {stat.S_IMODE(path.stat().st_mode) for path in left} <= {0o600}
