"""No value is run as shell code: hostile text in every script's variables, with real bash and dash."""

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kubetui.base.errors import KubetuiError
from kubetui.base.redaction import Secret
from kubetui.base.scripts import quote
from kubetui.cluster.folder import Cluster
from kubetui.engine.survey import script
from kubetui.operations import plan as planview
from kubetui.profile.credentials import Logins
from kubetui.profile.files.library import path_of
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.remote.command import PRELUDE, Command
from kubetui.steps.build import STEPS
from kubetui.steps.cluster.join_token import CREATE_TOKEN, SIGN
from tests.plans import plan
from tests.security.fuzz import CANARY, amount, texts

SHELLS = [shell for shell in ("bash", "dash") if shutil.which(shell)]
BATCH = 2000
NUMBERS = {"MINOR", "MEMORY", "LIMIT"}
"""Variables that scripts use in arithmetic; their type ensures that the values are numbers."""


def plans() -> tuple[Plan, ...]:
    several = plan(machines={"control_planes": 3}, network={"control_plane_endpoint": "192.168.56.254"})
    mirrors = {"http_proxy": "http://me@proxy:3128", "registries": {"ghcr.io": "http://10.0.3.1:5000"}}
    proxied = replace(plan(mirrors=mirrors), logins=Logins({"proxy": Secret("pa55word")}))
    return plan(), several, proxied


def commands() -> Iterator[tuple[str, Command]]:
    """Yield every command of every step on every machine of several plans, and those created during a run."""
    for each in plans():
        for step, machine in itertools.product(STEPS, each.machines):
            if step.where.holds(machine):
                recipe = step.recipe(each, machine)
                yield from ((step.name, command) for command in (recipe.probe, recipe.apply) if command is not None)
    yield "join token", Command(CREATE_TOKEN, {"SIGNED": "x"})
    yield "sign", Command(SIGN, {"PATCH": ""})


SCRIPTS = {command.script: (name, command) for name, command in commands()}


def run(shell: str, text: str, folder: Path) -> bytes:
    done = subprocess.run([shell], input=text.encode(), cwd=folder, capture_output=True, check=False, timeout=120)
    assert done.stderr == b""
    assert done.returncode == 0
    return done.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_hostile_values_arrive_unchanged(shell: str, tmp_path: Path) -> None:
    names = sorted({name for _, command in SCRIPTS.values() for name in command.values})
    tried = 0
    source = texts(amount(10_000, 100_000), seed=5)
    while batch := list(itertools.islice(source, BATCH)):
        parts = []
        for name, value in zip(itertools.cycle(names), batch, strict=False):
            held = Secret(value) if tried < 100 else value
            command = Command(f"printf '%s\\0' \"${name}\"\n", {name: held})
            parts.append(command.assignments(reveal=True) + command.script)
            tried += 1
        out = run(shell, "".join(parts), tmp_path)
        assert out.decode().split("\0")[:-1] == batch
        assert os.listdir(tmp_path) == []  # noqa: PTH208
    assert tried == amount(10_000, 100_000)


@pytest.mark.parametrize("value", ["a\0b", "\0"])
def test_a_nul_is_refused_before_any_shell_sees_it(value: str) -> None:
    with pytest.raises(ValueError, match="NUL"):
        Command("x\n", {"NAME": value}).render()
    with pytest.raises(ValueError, match="NUL"):
        quote(value)


def stubs(folder: Path) -> Path:
    """Make a PATH of programs that do nothing, except for a few that only compute."""
    path = folder / "bin"
    path.mkdir()
    for name in (
        "grep",
        "awk",
        "sed",
        "cut",
        "tr",
        "head",
        "tail",
        "cat",
        "date",
        "sort",
        "dirname",
        "mktemp",
        "touch",
    ):
        (path / name).symlink_to(str(shutil.which(name)))
    for name in (
        *(
            "kubeadm",
            "kubectl",
            "crictl",
            "containerd",
            "systemctl",
            "journalctl",
            "hostnamectl",
            "hostname",
            "modprobe",
        ),
        *("sysctl", "swapoff", "swapon", "apt-get", "apt-mark", "dpkg", "dpkg-query", "curl", "gpg", "install", "ip"),
        *("nproc", "uname", "stat", "mv", "rm", "chmod", "cmp", "id", "getent", "timeout", "sleep", "bash", "openssl"),
        *("mkdir", "cp", "ln", "chown", "useradd", "mount", "umount", "reboot", "shutdown", "ss", "tar", "sha256sum"),
        "sync",
    ):
        (path / name).write_text("#!/bin/sh\nexit 0\n")
        (path / name).chmod(0o755)
    return path


def unprivileged() -> list[str]:
    """Return the command prefix that keeps a script from changing this host; skip the test if there is none."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("as root this needs setpriv")
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def execute(text: str, folder: Path, path: Path) -> None:
    """Run a script briefly, unprivileged and with harmless programs only; some scripts wait for a cluster."""
    words = [
        *unprivileged(),
        "bash",
        "-c",
        'ulimit -u 300; PATH=$1; cd "$2"; exec "$3" -s',
        "-",
        str(path),
        str(folder),
    ]
    with subprocess.Popen(
        [*words, str(shutil.which("bash"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            process.communicate(text.encode(), timeout=amount(1, 3))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)


@pytest.fixture(scope="module")
def room() -> Iterator[Path]:
    """Make a world-writable folder with the programs beside it; pytest's own folders exclude other users."""
    work = Path(tempfile.mkdtemp(prefix="kubetui-injection-"))
    work.chmod(0o755)
    found = work / "room"
    found.mkdir()
    found.chmod(0o777)
    path = stubs(work)
    execute(f"touch {found / CANARY}\n", found, path)
    assert (found / CANARY).exists(), "a command of a script leaves its trace"
    (found / CANARY).unlink()
    yield found
    shutil.rmtree(work)


@pytest.mark.parametrize("text", SCRIPTS, ids=[f"{index}-{name}" for index, (name, _) in enumerate(SCRIPTS.values())])
def test_no_script_executes_a_value(text: str, room: Path) -> None:
    canary = room / CANARY
    _, command = SCRIPTS[text]
    values = [name for name in command.values if name not in NUMBERS]
    for hostile in (
        f"PATH[$(touch {canary})]",
        f"x'; touch {canary}; '",
        f"$(touch {canary})",
        f"`touch {canary}`",
        f'x"; touch {canary}; "',
        f"x\ntouch {canary}\n",
        f"-x;touch {canary};${{x:-`touch {canary}`}}",
    )[: amount(2, 7)]:
        numbers = {name: "1" for name in command.values if name in NUMBERS}
        bound = Command(command.script, {**dict.fromkeys(values, hostile), **numbers})
        execute(bound.render(), room, room.parent / "bin")
        assert not canary.exists()


def test_values_used_in_arithmetic_are_numbers() -> None:
    for each in plans():
        for step, machine in itertools.product(STEPS, each.machines):
            recipe = step.recipe(each, machine) if step.where.holds(machine) else None
            for command in filter(None, (recipe.probe, recipe.apply) if recipe else ()):
                for name in NUMBERS & command.values.keys():
                    value = command.values[name]
                    assert isinstance(value, str)
                    assert value.isdecimal()


def test_hostile_values_survive_the_survey_of_all_probes(tmp_path: Path) -> None:
    source = texts(amount(200, 3000), seed=7)
    while batch := list(itertools.islice(source, 100)):
        probes = {
            f"p{index}": Command('printf "%s\\0" "$V" >>out\n', {"V": value}) for index, value in enumerate(batch)
        }
        text = PRELUDE + script(Command("say ok\n"), probes)
        subprocess.run(["bash"], input=text.encode(), cwd=tmp_path, capture_output=True, check=False, timeout=60)
        assert (tmp_path / "out").read_bytes().decode().split("\0")[:-1] == list(batch)
        (tmp_path / "out").unlink()
        assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_hostile_values_survive_the_scripts_of_a_plan(tmp_path: Path) -> None:
    """A profile's free text reaches the scripts of `kubetui plan --script` only as values."""
    for value in texts(amount(40, 400), seed=9):
        patches = [{"kind": "ClusterConfiguration", "apiServer": {"extraArgs": {"x": value}}}]
        profile = Profile.model_validate({"kubernetes": {"patches": patches}})
        for text in planview.scripts(Plan(profile)).values():
            # keep only the assignments, so that none of the script's commands run
            body = "\n".join(line for line in text.splitlines() if line.startswith("#!")) + "\n"
            init = next(step for step in STEPS if step.name == "init")
            command = init.recipe(Plan(profile), Plan(profile).control_plane).apply
            assert command is not None
            if command.script in text:
                body += command.assignments(reveal=False) + 'printf %s "$CONFIG"\n'
                assert command.assignments(reveal=False) in text
                assert run("bash", body, tmp_path).decode() == str(command.values["CONFIG"])
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_no_name_escapes_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    hostile = (
        "..",
        ".",
        "",
        "../x",
        "a/b",
        "/etc",
        "a\0b",
        "a\nb",
        "-a",
        "a-",
        "A",
        "é",
        "a" * 41,
        "a.yaml",
        "~",
        "a b",
    )
    for name in (*hostile, *texts(amount(2000, 20_000), seed=11)):
        for make in (Cluster, path_of, lambda name: Profile.model_validate({"name": name})):
            try:
                made = make(name)
            except (KubetuiError, ValueError):
                continue
            folder = made.folder if isinstance(made, Cluster) else made
            if isinstance(folder, Path):
                assert folder.parent.name in {"clusters", "profiles"}
                assert folder.resolve().is_relative_to(tmp_path)
            assert name.replace("-", "a").isalnum()
            assert name == name.lower()
    for name in hostile:
        for field in ("control_plane_name", "worker_name"):
            with pytest.raises(ValueError, match=field):
                Profile.model_validate({"machines": {field: name}})
    assert os.listdir(tmp_path) == []  # noqa: PTH208
