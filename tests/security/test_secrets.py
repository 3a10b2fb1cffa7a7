"""Planted secrets never leak: not into a run's output or files, not into a plan, not into a crash report."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from kubetui.base import crash
from kubetui.base.errors import ExitCode, KubetuiError, ProfileError
from kubetui.base.files import write_private
from kubetui.base.redaction import Secret
from kubetui.cli.output import JsonLines, Output, Plain
from kubetui.engine.engine import Engine
from kubetui.engine.events import Event, Line, Outcome
from kubetui.engine.step import Recipe, Task
from kubetui.machines.rehearsal.faults import FAULTS
from kubetui.operations import plan as planview
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.record.journal import Journal
from kubetui.record.logs import Logs
from kubetui.remote.command import Command
from kubetui.remote.node import Result
from kubetui.steps.build import STEPS
from kubetui.steps.node import proxy
from tests.fakes import Bench, FakeNode, step
from tests.plans import plan
from tests.security.fuzz import FULL
from tests.security.planted import (
    BASIC,
    CANARIES,
    DOCUMENT,
    KEY,
    PLACE,
    PROXY,
    SUDO,
    TOKEN,
    assert_none,
    files_under,
    logged_in,
)


class Canaries(FakeNode):
    """A machine that prints every secret it was given, and more, split in the worst places."""

    async def carry_out(self, task: str, command: Command, log: object) -> Result:
        for secret in (PROXY, TOKEN, SUDO):
            self.applies = [Result(0, tuple(self.said(secret)))]
            result = await super().carry_out(task, command, log)  # type: ignore[arg-type]  # any log will do
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

        with pytest.raises(ValueError) as caught:  # noqa: PT011 - the step's own error comes through
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
    shown += [part for text in planview.step_texts(made) for part in (text.commands, *text.taught, *text.changes)]
    for text in shown:
        assert_none(text)
    assert "http://me:********@proxy.example.org:3128" in shown[2]
    assert "with your password" in shown[2]
    assert f"ghcr.io {PLACE.replace('me@', '')}/x ********" in shown[2]
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


def test_a_crash_report_names_the_location_but_no_variable_values() -> None:
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


def test_the_command_line_reports_a_crash_without_a_python_traceback(tmp_path: Path) -> None:
    code = (
        "import kubetui.cli.look.show, kubetui.cli.main, kubetui.remote.command\n"
        "def boom(*a, **k):\n"
        f"    secret = kubetui.remote.command.Secret({TOKEN!r})\n"
        "    raise OSError('it is ' + secret.reveal())\n"
        "kubetui.cli.look.show.profiles = boom\n"
        "kubetui.cli.main.main(['profiles'])\n"
    )
    # through standard input, because another test scans the command lines of every process
    done = subprocess.run([sys.executable, "-"], input=code, capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.BUG
    assert "Traceback" not in done.stderr
    assert "OSError: it is ********" in done.stderr
    assert_none(done.stderr + done.stdout)


DRIVER = f"""
import itertools, secrets, sys, types
import kubetui.cli.main, kubetui.machines.rehearsal.answers, kubetui.steps.cluster.join_control_plane
letters = itertools.cycle({TOKEN.replace(".", "")!r})
used = open(sys.argv.pop(1), "a")
def choice(_):
    print("token", file=used, flush=True)
    return next(letters)
def token_hex(_):
    print("key", file=used, flush=True)
    return {KEY!r}
kubetui.machines.rehearsal.answers.secrets = types.SimpleNamespace(choice=choice, token_hex=secrets.token_hex)
kubetui.steps.cluster.join_control_plane.secrets = types.SimpleNamespace(token_hex=token_hex)
kubetui.cli.main.main()
"""
"""Runs kubetui with the planted join token, handed out by rehearsed machines, and the planted certificate key."""


def known_faults() -> list[str]:
    names = [str(name) for name in FAULTS]
    return ["", *(names if FULL else names[:1])]


@pytest.mark.parametrize("fault", known_faults())
@pytest.mark.parametrize("form", ["--json", "--verbose"] if FULL else ["--verbose"])
def test_a_whole_run_prints_and_stores_no_secret(tmp_path: Path, fault: str, form: str) -> None:
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
    """Yield part of each private key in a state folder: the user's, the machines' and the administrator's."""
    for path, text in files_under(state):
        if path.name in {"id_ed25519", "host_key"}:
            yield text.splitlines()[2]
        if path.name == "kubeconfig":
            yield yaml.safe_load(text)["users"][0]["user"]["client-key-data"]
