"""The command line as a process: what it prints, its exit codes, and that bad input leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from kubetui.cli.exits import friendly

GOOD = "schema: 1\nname: lab\nprovider: lxc\n"


class Home:
    """A home of its own for a kubetui process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"

    def run(self, *words: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "XDG_STATE_HOME": str(self.state),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "HOME": str(self.folder),
        }
        if path is not None:
            environment["PATH"] = path
        return subprocess.run(
            [sys.executable, "-m", "kubetui", *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def profile(self, text: str | bytes) -> str:
        path = self.folder / "profile.yaml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def refused(home: Home, done: subprocess.CompletedProcess[str], *words: str) -> None:
    """The process said what is wrong, in words, and wrote nothing."""
    assert done.returncode in {2, 3}
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    for word in words:
        assert word in done.stderr
    assert not home.state.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{GOOD}network:\n  pod_cidr: 10.96.0.0/16\n", ("10.96.0.0/16", "service CIDR", "profile.yaml:5")),
        (f"{GOOD}machines:\n  cpus: 1\n", ("CPU", "2", "profile.yaml:5")),
        (f"{GOOD}machines:\n  memroy: 2048\n", ("memroy", "memory", "profile.yaml:5")),
        (f"{GOOD}machines:\n\tcpus: 2\n", ("tab", "profile.yaml:5")),
        ("", ("empty",)),
        (f"{GOOD}kubernetes:\n  version: 1.40\n", ("quotes", "profile.yaml:5")),
        (f"{GOOD}name: other\n", ("name", "profile.yaml:4")),
        (b"\xff\xfe\x00", ("profile.yaml",)),
    ],
)
def test_a_wrong_profile_is_one_clear_message(home: Home, text: str | bytes, words: tuple[str, ...]) -> None:
    refused(home, home.run("up", home.profile(text), "--yes"), *words)


def test_a_missing_file_is_named(home: Home) -> None:
    refused(home, home.run("up", str(home.folder / "none.yaml"), "--yes"), "none.yaml", "kubetui profiles")


def test_a_missing_vagrant_comes_with_its_install_command(home: Home) -> None:
    done = home.run("up", home.profile(GOOD), "--yes", path=str(home.folder))
    refused(home, done, "Vagrant", "nstall")


def test_without_a_terminal_nothing_is_asked(home: Home) -> None:
    done = home.run("destroy", "none", "--yes")
    assert done.returncode == 2
    assert "There is no cluster none" in done.stderr


def test_the_wizard_needs_a_terminal(home: Home) -> None:
    done = home.run()
    assert done.returncode != 0
    assert "kubetui up" in done.stderr


def test_plan_touches_nothing_and_is_the_same_each_time(home: Home) -> None:
    first, second = (home.run("plan", "tutorial") for _ in range(2))
    assert first.returncode == 0
    assert first.stdout == second.stdout
    assert "kubeadm init" in first.stdout
    assert not home.state.exists()


def test_plan_as_json_and_as_scripts(home: Home) -> None:
    document = json.loads(home.run("plan", "tutorial", "--json").stdout)
    assert [machine["name"] for machine in document["machines"]] == ["kubmaster", "kubnode1", "kubnode2"]
    folder = home.folder / "scripts"
    assert home.run("plan", "tutorial", "--script", str(folder)).returncode == 0
    scripts = sorted(folder.iterdir())
    assert [path.name for path in scripts] == ["kubmaster.sh", "kubnode1.sh", "kubnode2.sh"]
    for path in scripts:
        subprocess.run(["bash", "-n", str(path)], check=True)


def test_help_loads_nothing_large() -> None:
    code = (
        "import sys\nfrom kubetui.cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({name.split('.')[0] for name in sys.modules}"
        " & {'textual', 'asyncssh', 'pydantic', 'questionary', 'yaml', 'vagrant'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_another_screens_package_in_the_folder_is_not_taken(home: Home) -> None:
    (home.folder / "screens").mkdir()
    (home.folder / "screens" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    code = "import kubetui.__main__, screens; print(screens.__file__)"
    done = subprocess.run([sys.executable, "-c", code], cwd=home.folder, capture_output=True, text=True, check=False)
    assert "the wrong one" not in done.stderr


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyboardInterrupt(), "kubetui: Stopped.\n  Run the same command again to resume.\n"),
        # the cursor is behind the question
        (click.Abort(), "\nkubetui: Stopped at the question.\n"),
    ],
)
def test_an_interrupt_has_the_exit_code_of_a_stop(
    error: BaseException, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> int:
        raise error

    with pytest.raises(SystemExit) as ended:
        friendly(command)()
    assert ended.value.code == 130
    assert capsys.readouterr().err == said


def test_an_unwritable_place_is_reported_as_no_bug(home: Home) -> None:
    taken = home.folder / "file"
    taken.write_text("theirs")
    done = home.run("plan", "tutorial", "--script", str(taken / "scripts"))
    assert done.returncode == 2
    assert f"{taken}/scripts cannot be written: Not a directory." in done.stderr
    home.state = taken
    done = home.run("up", "rehearsal", "--yes")
    assert done.returncode == 3
    assert "cannot be used: Not a directory." in done.stderr
    assert taken.read_text() == "theirs"


def test_a_broken_profile_hides_no_other_cluster(home: Home) -> None:
    for name, text in (("broken", "name: ["), ("lab", "schema: 1\nname: lab\nprovider: rehearsal\n")):
        folder = home.state / "kubetui" / "clusters" / name
        folder.mkdir(parents=True)
        (folder / "profile.yaml").write_text(text)
    done = home.run("status")
    assert done.returncode == 0
    broken, why, lab, *machines = done.stdout.splitlines()
    assert broken == "broken  unknown: its profile cannot be read  just now"
    assert why.startswith(f"  {home.state}/kubetui/clusters/broken/profile.yaml:1:")
    assert lab == "lab  rehearsal, stopped: before its first step  Kubernetes 1.37.2, just now"
    assert [line.split()[-1] for line in machines] == ["absent"] * 3
    told = json.loads(home.run("status", "--json").stdout)
    assert ["error" in each for each in told] == [True, False]
    assert [each["state"] for each in told] == ["unknown", "stopped"]
    assert home.run("status", "broken").returncode == 2


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_not_crash(home: Home, closed: str) -> None:
    words = [
        "bash",
        "-c",
        f'"$1" -m kubetui up "$2" {closed}',
        "-",
        sys.executable,
        home.profile("schema: 1\nname: A\n"),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done
    assert ("error PROFILE: kubetui explain PROFILE" in done.stderr) is ("2>" not in closed)


def test_a_closed_stdin_counts_as_nobody_to_ask(home: Home) -> None:
    words = ["bash", "-c", '"$1" -m kubetui up rehearsal <&-', "-", sys.executable]
    environment = {**os.environ, "XDG_STATE_HOME": str(home.state)}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, "  error USAGE: kubetui explain USAGE")
    assert "Nobody can answer here" in done.stderr


def test_destroy_says_what_is_lost_with_a_rehearsal(home: Home) -> None:
    assert home.run("up", "rehearsal", "--yes", "--speed", "1000").returncode == 0
    done = home.run("destroy", "rehearsal")
    assert done.stderr.startswith("kubetui: Destroy rehearsal, a rehearsal: its folder with its logs?")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--your-turn", "swpa"), ("There is no step swpa", "Did you mean swap", "kubnode1/swap")),
        (("--your-turn", "swap", "--record", "run.jsonl"), ("by hand cannot be recorded",)),
        (("--your-turn", "swap", "--rehearse"), ("its machines replay a recording",)),
    ],
)
def test_steps_that_cannot_be_done_by_hand_are_refused(
    home: Home, more: tuple[str, ...], words: tuple[str, ...]
) -> None:
    refused(home, home.run("up", home.profile(GOOD), "--yes", *more), *words)
