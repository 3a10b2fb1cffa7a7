"""Finding the command that failed in a script: the shell reports line numbers, kubetui shows the source."""

import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kubetui.base.redaction import Secret
from kubetui.engine.failures.command import failed_command
from kubetui.remote.command import Command, Value
from kubetui.remote.ssh import SshNode
from tests.loopback import guest

VALUES: dict[str, Value] = {"VERSION": "1.36.1", "CONFIG": "two\nlines", "TOKEN": Secret("c4naryc4nary")}
CASES = [
    ("say hello\nls /nowhere\nsay never\n", "ls /nowhere"),
    ("retry 1 ls /nowhere\n", "ls /nowhere"),
    ('if ! ls "/nowhere/$VERSION"; then\n  say "why:"\n  ls /\n  exit 1\nfi\n', 'ls "/nowhere/1.36.1"'),
    ('ls "$TOKEN" ${CONFIG}\n', 'ls "$TOKEN" ${CONFIG}'),
    ("ls /nowhere \\\n  /nor/here\n", "ls /nowhere /nor/here"),
    ('get() {\n  mkdir /tmp\n  ls "$@"\n}\nget /tmp "$VERSION"\n', "mkdir /tmp"),
    ('get() {\n  ls "$@"\n}\nget /nowhere "$VERSION"\n', 'ls /nowhere "1.36.1"'),
    ("trap 'say bye' EXIT\nls /nowhere || fail \"it is not there\"\n", "ls /nowhere"),
    ("room / 99999999999\n", ""),
    ("(\n  cd /tmp\n  ls /nowhere\n)\n", ""),
    ("false | cat\n", "false | cat"),
    ("ls /nowhere || true\nexit 3\n", ""),
    ("say $(ls /nowhere || say caught)\n[[ -e /nowhere ]]\n", ""),
]


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[SshNode]:
    async with guest(tmp_path) as machine:
        made = machine.node()
        yield made
        await made.close()


@pytest.mark.parametrize(("script", "shown"), CASES)
async def test_a_machine_reports_where_a_script_failed(node: SshNode, script: str, shown: str) -> None:
    said: list[str] = []
    command = Command(script, VALUES)
    result = await node.carry_out("failing", command, said.append)
    assert result.exit_status != 0
    assert failed_command(command, result.failed_at) == shown
    assert not [line for line in (*said, *result.lines) if "failed-at" in line]


async def test_a_successful_script_reports_no_failing_line(node: SshNode) -> None:
    script = 'ls /nowhere || say caught\nhead -c 9 < <(yes)\nx=$(exit 3) || say "$x"\n(ls /nowhere) || exit 0\n'
    result = await node.carry_out("well", Command(script), lambda _: None)
    assert (result.exit_status, result.failed_at) == (0, ())


def test_unknown_line_numbers_give_no_command() -> None:
    assert failed_command(Command("ls\n"), ()) == ""
    assert failed_command(Command("ls\n"), (0, 7)) == ""


def test_this_bash_lets_a_function_wrap_exit() -> None:
    script = 'exit() { echo watched; builtin exit "$1"; }\nexit 4\n'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (4, "watched\n")
