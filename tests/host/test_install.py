"""What the doctor installs: the commands of its own checks, shown first, run only for a person who agrees."""

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kubetui.base.check import Check, Lacking
from kubetui.base.errors import ExitCode, HostError
from kubetui.host import install

MISSING = (
    Lacking("Vagrant", "failed", "Vagrant is not installed.", "Install it.", "sudo apt-get install -y vagrant"),
    Lacking(
        "LXC containers", "failed", "lxc-create is not on this host.", "Install it.", "sudo apt-get install -y lxc"
    ),
    Lacking("kubectl", "warning", "kubectl is not on this host.", "Install it.", "sudo apt-get install -y vagrant"),
    Check("Memory", "failed", "Too little.", "Close other programs."),
    Lacking("VMware Desktop", "failed", "vmrun is not on this host.", "Install it as described on a page."),
)


def test_each_command_is_named_once_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert install.commands(MISSING) == ("sudo apt-get install -y vagrant", "sudo apt-get install -y lxc")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert install.commands(MISSING) == ("apt-get install -y vagrant", "apt-get install -y lxc")


@pytest.mark.parametrize("command", ["false", "false | cat", "exit 3 && true"])
def test_a_command_that_fails_is_named(command: str) -> None:
    with pytest.raises(HostError, match=r"ended with code \d") as caught:
        install.run(command)
    assert caught.value.id == "HOST-INSTALL"
    assert command in caught.value.message


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a computer with bash and a package manager that writes down its calls, and no more."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "bash").symlink_to(shutil.which("bash") or "/bin/bash")
    for name in ("sudo", "curl", "gpg", "apt-get", "dnf", "snap", "brew", "pacman", "zypper", "tee", "mkdir"):
        place = tmp_path / "bin" / name
        # what it gets through a pipe is read to its end, as the real ones do: else the writer may fail
        read = "[[ -t 0 ]] || while read -r _; do :; done"
        place.write_text(f'#!/bin/bash\necho "{name} $*" >>"{tmp_path}/calls"\n{read}\n')
        place.chmod(0o755)
    state = {name: str(tmp_path / name) for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    return {"PATH": str(tmp_path / "bin"), "LANG": "C.UTF-8", "VAGRANT_HOME": str(tmp_path / "vagrant"), **state}


def answered(environment: dict[str, str], answer: bytes) -> tuple[int, str]:
    """Run the command in a terminal, and give one answer to its question."""
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "kubetui", "doctor", "--install"]
    with subprocess.Popen(
        words, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, text=True
    ) as process:
        os.write(ours, answer)
        said, _ = process.communicate(timeout=120)
    os.close(ours)
    os.close(theirs)
    return process.returncode, said


def test_they_are_run_after_a_yes_and_the_host_is_checked_again(bare: dict[str, str], tmp_path: Path) -> None:
    code, said = answered(bare, b"y\n")
    assert code == ExitCode.HOST, said
    assert said.count("Vagrant is not installed.") == 2
    asked, ran = said.split("Run them now? [y/N]: ")
    shown = [line.removeprefix("  $ ") for line in asked.splitlines() if line.startswith("  $ ")]
    assert shown
    assert [line[2:] for line in ran.splitlines() if line.startswith("$ ")] == shown
    assert "vagrant" in (tmp_path / "calls").read_text()


def test_nothing_is_run_after_a_no(bare: dict[str, str], tmp_path: Path) -> None:
    _, said = answered(bare, b"n\n")
    assert "Nothing was installed." in said
    assert not (tmp_path / "calls").exists()


def test_nobody_agrees_in_a_pipe(bare: dict[str, str], tmp_path: Path) -> None:
    words = [sys.executable, "-m", "kubetui", "doctor", "--install"]
    done = subprocess.run(words, input="y\n", capture_output=True, text=True, env=bare, check=False, timeout=120)
    assert "Nobody can agree to them here." in done.stderr
    assert "  $ " in done.stderr
    assert not (tmp_path / "calls").exists()
