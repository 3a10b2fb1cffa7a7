"""Planted secrets are found nowhere: not in what a run prints or writes, not in command lines, not in a crash."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kubetui import crash, planview, profilefile
from kubetui.command import Command, Secret, Value
from kubetui.engine import Engine
from kubetui.errors import KubetuiError, ProfileError
from kubetui.events import Event, Line, Outcome
from kubetui.journal import Journal
from kubetui.logs import Logs
from kubetui.node import Node, Result
from kubetui.pipeline import Recipe
from kubetui.plan import Plan
from kubetui.profile import Profile
from kubetui.rehearsal.faults import FAULTS
from kubetui.render import JsonLines, Output, Plain
from kubetui.steps import STEPS
from kubetui.task import Task
from tests.fakes import Bench, FakeNode, step
from tests.loopback import guest
from tests.plans import plan
from tests.security.fuzz import FULL

PROXY = "pr0xyc%40nary"
TOKEN = "c4n4ry.c4n4ryc4n4ryc4n4"  # noqa: S105
KEY = "c4" * 32
SUDO = "sud0 c'anary"
CANARIES = (PROXY, "pr0xyc@nary", TOKEN, "c4n4ryc4n4", KEY, SUDO)
DOCUMENT = {
    "name": "lab",
    "provider": "lxc",
    "mirrors": {"http_proxy": f"http://me:{PROXY}@proxy.example.org:3128"},
    "kubernetes": {
        "patches": [
            {"kind": "InitConfiguration", "bootstrapTokens": [{"token": TOKEN}], "certificateKey": KEY},
        ]
    },
}


def assert_none(text: str) -> None:
    found = [canary for canary in CANARIES if canary in text]
    assert not found, f"{found} in ...{text[max(0, text.index(found[0]) - 200) :][:400]}"


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
    Profile.model_validate(DOCUMENT)
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
    made = Plan(Profile.model_validate(DOCUMENT))
    shown = [planview.plan_text(made), json.dumps(planview.plan_document(made)), *planview.scripts(made).values()]
    shown += [text.commands for text in planview.step_texts(made)]
    for text in shown:
        assert_none(text)
    assert "http://me:********@proxy.example.org:3128" in shown[0]
    assert "put the password of your profile in" in shown[2]
    assert f"me:{PROXY}@".replace("%", "%%") in str([step.recipe(made, made.control_plane).apply for step in STEPS]), (
        "the machine itself gets the real one"
    )


def test_a_machine_gets_the_real_values() -> None:
    command = Command("x\n", {"PROXY": str(DOCUMENT["mirrors"])})
    Profile.model_validate(DOCUMENT)
    assert PROXY in command.render()
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


async def test_no_command_line_of_the_host_or_the_machine_has_a_secret(tmp_path: Path) -> None:
    """The loopback machine's processes are this host's, so that /proc shows both."""
    seen: list[str] = []
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            for number in filter(str.isdecimal, os.listdir("/proc")):  # noqa: PTH208 - glob fails where one ends
                try:
                    seen.append(Path("/proc", number, "cmdline").read_bytes().decode(errors="replace"))
                except OSError:
                    continue

    thread = threading.Thread(target=watch)
    thread.start()
    lines: list[str] = []
    try:
        async with guest(tmp_path) as machine:
            node: Node = machine.node()
            values: dict[str, Value] = {"PASSWORD": Secret(SUDO), "JOIN_TOKEN": Secret(TOKEN), "PROXY": PROXY}
            script = 'sleep 0.4\nprintf %s "$PASSWORD$JOIN_TOKEN$PROXY" | sha256sum\nsleep 0.4\n'
            result = await node.carry_out("secret-1", Command(script, values), lines.append)
            again = await node.run(Command(script, values), lines.append)
            await node.close()
    finally:
        stop.set()
        thread.join()
    assert result.ok
    assert again.ok
    assert any("sleep" in words for words in seen), "the watcher saw the machine work"
    assert_none("\n".join(seen))
    assert_none("\n".join(lines))
    left = [path for path, text in files_under(tmp_path / "run") if any(canary in text for canary in CANARIES)]
    assert not left, "the script removed itself"


def test_a_crash_tells_where_and_nothing_that_variables_held() -> None:
    def inner(password: str) -> None:
        raise RuntimeError(f"\x1b[2Jcannot use {password} {TOKEN}")

    Secret(SUDO)
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
        "import kubetui.commands, kubetui.cli, kubetui.command\n"
        "def boom(*a, **k):\n"
        f"    secret = kubetui.command.Secret({TOKEN!r})\n"
        "    raise OSError('it is ' + secret.reveal())\n"
        "kubetui.commands.profiles = boom\n"
        "kubetui.cli.main(['profiles'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == crash.CODE
    assert "Traceback" not in done.stderr
    assert "OSError: it is ********" in done.stderr
    assert_none(done.stderr + done.stdout)


def known_faults() -> list[str]:
    names = [str(name) for name in FAULTS]
    return ["", *(names if FULL else names[:1])]


@pytest.mark.parametrize("fault", known_faults())
@pytest.mark.parametrize("form", ["--json", "--verbose"] if FULL else ["--verbose"])
def test_a_whole_run_shows_and_keeps_no_secret(tmp_path: Path, fault: str, form: str) -> None:
    profile = tmp_path / "lab.yaml"
    profilefile.save(Profile.model_validate({**DOCUMENT, "provider": "virtualbox"}), profile)
    words = ["up", str(profile), "--yes", "--rehearse", "--speed", "1000", form]
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    done = subprocess.run(
        [sys.executable, "-m", "kubetui", *words, *(["--rehearse-fault", fault] if fault else [])],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr
    assert "bug in kubetui" not in done.stderr
    assert_none(done.stdout)
    assert_none(done.stderr)
    kept = {path.name for path, text in files_under(tmp_path / "state") if any(canary in text for canary in CANARIES)}
    assert kept == {"profile.yaml"}, "the profile itself keeps it"
