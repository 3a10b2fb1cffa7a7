"""Planted secrets are found nowhere: not in what a run prints or writes, not in command lines, not in a crash."""

from __future__ import annotations

import base64
import io
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Self

import pytest
import yaml

from kubetui import crash, planview, profilefile, proxy
from kubetui.command import Command, Secret, Value
from kubetui.credentials import Logins
from kubetui.engine import Engine
from kubetui.errors import KubetuiError, ProfileError
from kubetui.events import Event, Line, Outcome
from kubetui.files import write_private
from kubetui.hostkeys import HostKeys
from kubetui.journal import Journal
from kubetui.logs import Logs
from kubetui.node import Node, Result
from kubetui.pipeline import Recipe
from kubetui.plan import Plan
from kubetui.profile import Profile
from kubetui.providers.base import Endpoint
from kubetui.redaction import Stream
from kubetui.rehearsal.faults import FAULTS
from kubetui.render import JsonLines, Output, Plain
from kubetui.ssh import SshNode
from kubetui.steps import STEPS
from kubetui.task import Task
from tests.fakes import Bench, FakeNode, step
from tests.loopback import QUICK, guest
from tests.plans import plan
from tests.security.fuzz import FULL

PROXY = "pr0xyc%40nary"
TOKEN = "c4n4ry.c4n4ryc4n4ryc4n4"  # noqa: S105
KEY = "c4" * 32
SUDO = "sud0 c'anary"
PLACE = "http://me@proxy.example.org:3128"
BASIC = base64.b64encode(b"me:pr0xyc@nary").decode()
"""The proxy's password as HTTP sends it."""
CANARIES = (PROXY, "pr0xyc@nary", BASIC, TOKEN, "c4n4ryc4n4", KEY, SUDO)
DOCUMENT: dict[str, Any] = {
    "name": "lab",
    "provider": "lxc",
    "machines": {"control_planes": 3, "workers": 1},
    "network": {"control_plane_endpoint": "192.168.56.254"},
    "mirrors": {
        "apt_proxy": PLACE,
        "http_proxy": PLACE,
        "registries": {"ghcr.io": "http://me@proxy.example.org:3128/x"},
    },
}


def assert_none(text: str) -> None:
    found = [canary for canary in CANARIES if canary in text]
    assert not found, f"{found} in ...{text[max(0, text.index(found[0]) - 200) :][:400]}"


def logged_in() -> Plan:
    """Return a plan as a run has it, with the proxy's password."""
    return Plan(Profile.model_validate(DOCUMENT), logins=Logins({PLACE: Secret("pr0xyc@nary")}))


def files_under(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes().decode(errors="replace")


class Canaries(FakeNode):
    """A machine that prints every secret that it was given, and more, cut as badly as can be."""

    async def carry_out(self, task: str, command: Command, log: object) -> Result:
        for secret in (PROXY, TOKEN, SUDO):
            self.applies = [Result(0, tuple(self.said(secret)))]
            result = await super().carry_out(task, command, log)  # type: ignore[arg-type]
        return Result(1, (*result.lines, *self.said(KEY), *self.said(TOKEN)))

    @staticmethod
    def said(secret: str) -> Iterator[str]:
        yield f"--token {secret} --certificate-key {secret} http://me:{secret}@proxy:3128"
        yield f"over the line's end: {secret[:9]}"
        yield f"{secret[9:]} and on"
        yield f"error: {secret}"


async def test_a_run_shows_no_secret_on_any_failure_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    proxy.environment(logged_in())
    recipe = Recipe(Command("apply\n", {"PASSWORD": Secret(SUDO), "JOIN_TOKEN": Secret(TOKEN), "KEY": Secret(KEY)}))

    async def known(task: Task) -> Outcome:
        raise KubetuiError(f"it said {TOKEN}, {SUDO} and {KEY}", fix=f"try http://me:{PROXY}@proxy")

    async def unknown(task: Task) -> Outcome:
        raise ValueError(f"{SUDO}\n{TOKEN} {KEY}")

    async def table(task: Task) -> Outcome:
        task.run.nodes_table = f"NAME {TOKEN}\n{SUDO} {KEY}\n"
        task.log(f"\x1b]52;c;{SUDO}\x07")
        return Outcome.DONE

    steps = (step("one", recipe=recipe), step("two", run=known), step("three", run=unknown), step("four", run=table))
    bench = Bench(plan(workers=1), steps, Canaries(), Canaries())
    cluster = bench.run.cluster
    cluster.create()
    plain, verbose, lines = io.StringIO(), io.StringIO(), io.StringIO()
    sinks: list[Output] = [Plain(plain), Plain(verbose, verbose=True), JsonLines(lines)]
    with closing(Journal(cluster.journal)) as journal, closing(Logs(cluster.logs)) as logs:

        def sink(event: Event) -> None:
            bench.events.append(event)
            journal(event)
            logs(event)
            for each in sinks:
                each(event)

        with pytest.raises(ValueError) as caught:  # noqa: PT011 - what comes through is the step's own
            await Engine(bench.run, sink, bench.stop).execute()
    for out in (plain, verbose, lines):
        assert_none(out.getvalue())
    assert_none(repr(bench.events))
    assert_none(crash.report(caught.value))
    assert len(list(files_under(tmp_path))) >= 3
    for _, text in files_under(tmp_path):
        assert_none(text)
        assert "\x1b" not in text
    assert any("over the line's end: *" in event.text for event in bench.events if isinstance(event, Line))


def test_a_plan_shows_no_secret() -> None:
    made = logged_in()
    shown = [planview.plan_text(made), json.dumps(planview.plan_document(made)), *planview.scripts(made).values()]
    shown += [text.commands for text in planview.step_texts(made)]
    for text in shown:
        assert_none(text)
    assert "http://me:********@proxy.example.org:3128" in shown[0]
    assert "put your password in" in shown[2]
    assert f"ghcr.io {PLACE.replace('me@', '')}/x ********" in shown[0]
    assert shown[0] == planview.plan_text(Plan(made.profile)), "the plan is the same where the password is not known"
    steps = (step for step in STEPS if step.where.holds(made.control_plane))
    scripts = [command.render() for step in steps if (command := step.recipe(made, made.control_plane).apply)]
    assert any(f"me:{PROXY}@" in script for script in scripts), "the machine itself gets the real one"
    assert any(BASIC in script for script in scripts)


def test_a_machine_gets_the_real_values() -> None:
    command = Command("x\n", {"PROXY": proxy.environment(logged_in())})
    assert PROXY in command.render()
    assert_none(repr(command))
    assert_none(command.assignments(reveal=False))


def test_messages_about_profiles_show_no_secret() -> None:
    for text in (
        f"mirrors: {{http_proxy: 'http://me:{PROXY}@pro xy'}}",
        f"mirrors: {{http_proxy: ['http://me:{PROXY}@proxy']}}",
        f"name: 'http://me:{PROXY}@proxy'",
        f"kubernetes: {{patches: [{{kind: InitConfiguration, token: '{TOKEN}'}}], versio: 1}}",
    ):
        with pytest.raises(ProfileError) as caught:
            profilefile.parse(text, "x")
        assert_none(str(caught.value))


class Watch:
    """Samples the command lines of every process: the loopback machine's are this host's, so that /proc shows both."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.is_set():
            for number in filter(str.isdecimal, os.listdir("/proc")):  # noqa: PTH208 - glob fails where one ends
                try:
                    self.seen.add(Path("/proc", number, "cmdline").read_bytes().decode(errors="replace"))
                except OSError:
                    continue

    def assert_saw(self, word: str) -> None:
        assert any(word in words for words in self.seen), "the watcher saw the machine work"


async def test_no_command_line_of_the_host_or_the_machine_has_a_secret(tmp_path: Path) -> None:
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


def test_a_crash_tells_where_and_nothing_that_variables_held() -> None:
    def inner(password: str) -> None:
        raise RuntimeError(f"\x1b[2Jcannot use {password} {TOKEN} http://me:{PROXY}@proxy {BASIC} {KEY}")

    Secret(SUDO)
    Secret(KEY)
    logged_in().logins.registries({"ghcr.io": PLACE})
    try:
        try:
            inner(SUDO)
        except RuntimeError as error:
            raise LookupError(SUDO) from error
    except LookupError as error:
        text = crash.report(error)
    assert_none(text)
    assert "\x1b" not in text
    assert "RuntimeError: " in text
    assert "LookupError: ********" in text
    assert "test_secrets.py:" in text
    assert "inner" in text


def test_the_command_line_reports_a_crash_without_a_traceback_of_python(tmp_path: Path) -> None:
    code = (
        "import kubetui.lookcommands, kubetui.cli, kubetui.command\n"
        "def boom(*a, **k):\n"
        f"    secret = kubetui.command.Secret({TOKEN!r})\n"
        "    raise OSError('it is ' + secret.reveal())\n"
        "kubetui.lookcommands.profiles = boom\n"
        "kubetui.cli.main(['profiles'])\n"
    )
    # by standard input: another test looks at the command lines of every process
    done = subprocess.run([sys.executable, "-"], input=code, capture_output=True, text=True, check=False)
    assert done.returncode == crash.CODE
    assert "Traceback" not in done.stderr
    assert "OSError: it is ********" in done.stderr
    assert_none(done.stderr + done.stdout)


SUDO_ASKS = r"""
[[ $1 != -n ]] || { echo 'sudo: a password is required' >&2; exit 1; }
shift 4
IFS= read -r password
[[ $password == "$(<"$STANDINS/password")" ]] || { echo "sudo: it is not $password" >&2; exit 1; }
exec "$@"
"""


@pytest.mark.parametrize("right", [True, False])
async def test_sudos_password_is_in_no_command_line_and_left_nowhere(tmp_path: Path, right: bool) -> None:  # noqa: FBT001
    """The machine's sudo asks, and its step prints the password; a wrong one is printed by sudo itself."""
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
    # a step that failed leaves its output for a look, to root alone
    assert [path.name for path in left] == (["log"] if right else [])
    assert {stat.S_IMODE(path.stat().st_mode) for path in left} <= {0o600}


DRIVER = f"""
import itertools, secrets, sys, types
import kubetui.cli, kubetui.rehearsal.stage, kubetui.steps.control_planes
letters = itertools.cycle({TOKEN.replace(".", "")!r})
used = open(sys.argv.pop(1), "a")
def choice(_):
    print("token", file=used, flush=True)
    return next(letters)
def token_hex(_):
    print("key", file=used, flush=True)
    return {KEY!r}
kubetui.rehearsal.stage.secrets = types.SimpleNamespace(choice=choice, token_hex=secrets.token_hex)
kubetui.steps.control_planes.secrets = types.SimpleNamespace(token_hex=token_hex)
kubetui.cli.main()
"""
"""kubetui, whose rehearsed machines hand out the planted join token, and whose certificate key is the planted one."""


def known_faults() -> list[str]:
    names = [str(name) for name in FAULTS]
    return ["", *(names if FULL else names[:1])]


@pytest.mark.parametrize("fault", known_faults())
@pytest.mark.parametrize("form", ["--json", "--verbose"] if FULL else ["--verbose"])
def test_a_whole_run_shows_and_keeps_no_secret(tmp_path: Path, fault: str, form: str) -> None:
    profile, config, used = tmp_path / "lab.yaml", tmp_path / "config", tmp_path / "used"
    profilefile.save(Profile.model_validate({**DOCUMENT, "provider": "virtualbox"}), profile)
    (config / "kubetui").mkdir(parents=True)
    write_private(config / "kubetui" / "credentials.yaml", f'"{PLACE}": "pr0xyc@nary"\n')
    words = ["up", str(profile), "--yes", "--rehearse", "--speed", "1000", form]
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CONFIG_HOME": str(config)}
    done = subprocess.run(
        [sys.executable, "-", str(used), *words, *(["--rehearse-fault", fault] if fault else [])],
        input=DRIVER,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr
    assert "bug in kubetui" not in done.stderr
    if not fault:
        assert done.returncode == 0, done.stderr
        assert {*used.read_text().split()} == {"token", "key"}
    private = list(private_keys(tmp_path / "state"))
    assert private
    for text in (done.stdout, done.stderr):
        assert_none(text)
        assert not any(key in text for key in private)
    kept = [(path.name, text) for path, text in files_under(tmp_path / "state")]
    assert {name for name, text in kept if any(canary in text for canary in CANARIES)} == set()
    holders = {name for name, text in kept if any(key in text for key in private)}
    assert holders <= {"kubeconfig", "authority.json", "id_ed25519", "host_key"}
    assert_none(profile.read_text())


def private_keys(state: Path) -> Iterator[str]:
    """Yield a part of each private key that a cluster's folder has: the user's, the machines', the administrator's."""
    for path, text in files_under(state):
        if path.name in {"id_ed25519", "host_key"}:
            yield text.splitlines()[2]
        if path.name == "kubeconfig":
            yield yaml.safe_load(text)["users"][0]["user"]["client-key-data"]
