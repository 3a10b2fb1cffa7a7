"""Packages: comparing versions, checking the repository's key, waiting for apt's lock."""

import stat
import subprocess
import sys

import pytest

from kubetui.engine.step import WorkState
from kubetui.remote.command import Command
from kubetui.software.packages.apt import APT
from tests.plans import plan
from tests.steps.box import Box, recipe, state


@pytest.mark.parametrize(
    ("wanted", "installed", "expected"),
    [
        ("1.36", "hi  1.36.1-1.1", WorkState.DONE),
        ("1.36.1", "hi  1.36.1-1.1", WorkState.DONE),
        ("1.36.1", "hi  1.36.12-1.1", WorkState.PARTIAL),
        ("1.3", "hi  1.36.1-1.1", WorkState.PARTIAL),
        ("1.36", "hi  1.35.9-1.1", WorkState.PARTIAL),
        ("1.36", "ii  1.36.1-1.1", WorkState.PARTIAL),
        ("1.36", "iU  1.36.1-1.1", WorkState.ABSENT),
        ("1.36", "rc  1.36.1-1.1", WorkState.ABSENT),
        ("1.36", "", WorkState.ABSENT),
    ],
)
def test_package_versions_are_compared_part_by_part(box: Box, wanted: str, installed: str, expected: WorkState) -> None:
    box.program("dpkg-query", f"[[ -z '{installed}' ]] || echo '{installed}'")
    probe, _ = recipe("kubernetes")
    done = box.run(Command(probe.script, {**probe.values, "VERSION": wanted}))
    assert state(done) is expected, done.stdout


def test_an_unexpected_repository_key_is_not_trusted(box: Box) -> None:
    made = plan(mirrors={"packages": {"url": "http://m/deb/", "key": "http://m/key", "fingerprint": "A" * 40}})
    box.program("curl", 'while [[ $1 != --output ]]; do shift; done; echo key >"$2"')
    box.program("apt-get")
    box.program("dpkg")
    gpg = (
        "case $* in *--show-keys*) printf 'pub:%s:255:22:1:1:2::-:\\nfpr:::::::::%s:\\n' {validity} {fingerprint} ;; "
        '*) while [[ $1 != --output ]]; do shift; done; echo dearmored >"$2" ;; esac'
    )
    probe, apply = recipe("repository", made)
    for validity, fingerprint, error in (
        ("-", "B" * 40, f"error: the key at http://m/key is {'B' * 40}, and {'A' * 40} is expected\n"),
        ("e", "A" * 40, "error: the key at http://m/key has expired, so http://m/deb/ cannot be checked\n"),
    ):
        box.program("gpg", gpg.format(validity=validity, fingerprint=fingerprint))
        done = box.run(apply)
        assert (done.returncode, done.stderr) == (1, error)
        assert not list((box.root / "etc").rglob("*.*"))
        assert not list((box.root / "tmp").iterdir())
    box.program("gpg", gpg.format(validity="-", fingerprint="A" * 40))
    assert state(box.run(probe)) is WorkState.ABSENT
    done = box.run(apply)
    assert done.returncode == 0, done.stderr
    keyring = box.root / "etc/apt/keyrings/kubernetes-apt-keyring.gpg"
    assert keyring.read_text() == "dearmored\n"
    assert stat.S_IMODE(keyring.stat().st_mode) == 0o644
    source = (box.root / "etc/apt/sources.list.d/kubernetes.list").read_text()
    assert source == f"deb [signed-by={keyring}] http://m/deb/ /\n"
    assert state(box.run(probe)) is WorkState.DONE


HOLD = """
import fcntl, sys
with open(sys.argv[1], "w") as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
"""


def test_apt_update_waits_for_the_process_that_locks_apts_lists(box: Box) -> None:
    """apt itself waits only for dpkg's locks."""
    lock = box.write("var/lib/apt/lists/lock", "")
    box.program("apt-get")
    box.program("dpkg")
    words = [sys.executable, "-c", HOLD, str(lock)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        # the first sleep ends the holder, so the second attempt finds the lock free
        box.program("sleep", f"kill {holder.pid}; while [[ -e /proc/{holder.pid}/fd/3 ]]; do :; done")
        done = box.run(Command(APT.library + "apt update\n"))
        assert done.stdout == f"waiting: {lock} is held by process {holder.pid}\n"
    assert [call.split()[-1] for call in box.called("apt-get")] == ["update"]


def test_a_program_that_somebody_deleted_is_found_and_brought_back(box: Box) -> None:
    box.write("opt/bin/kept", "")
    listed = f"{box.root}/opt/bin/kept\\n{box.root}/opt/bin/kubelet\\n{box.root}/opt/share/doc\\n"
    box.program("dpkg-query", f"[[ $1 != --listfiles ]] && echo 'hi  1.36.1-1.1' || printf '{listed}'")
    done = box.run(recipe("kubernetes")[0])
    assert (state(done), done.stdout) == (WorkState.PARTIAL, f"{box.root}/opt/bin/kubelet is gone\n")
    box.program("apt-get")
    box.program("dpkg")
    box.write("run/kubetui-apt", "")
    assert box.run(Command(APT.library + "install --allow-change-held-packages 'kubelet=1.36.*'\n")).returncode == 0
    last = box.called("apt-get")[-1].split()
    assert last[1:] == ["install", "--yes", "--reinstall", "--allow-change-held-packages", "kubelet"]


def test_a_key_file_without_a_key_is_no_key(box: Box) -> None:
    probe, _ = recipe("repository")
    key = box.write("etc/apt/keyrings/kubernetes-apt-keyring.gpg", "broken")
    done = box.run(probe)
    assert (state(done), done.stdout) == (WorkState.ABSENT, f"{key} holds no key\n")
