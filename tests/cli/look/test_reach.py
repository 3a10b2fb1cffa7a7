"""`kubetui ssh` and `kubetui kubeconfig`: the ways into a cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_main import Home

HOSTS = """schema: 1
name: lab
provider: hosts
hosts:
  - {name: kubmaster, role: control plane, address: 192.0.2.1, user: me}
  - {name: kubnode1, address: 192.0.2.2, port: 2222}
"""
PROFILES = {
    "hosts": HOSTS,
    "vagrant": "schema: 1\nname: lab\nprovider: lxc\n",
    "rehearsal": "schema: 1\nname: lab\nprovider: rehearsal\n",
}
SAYS = '#!/bin/sh\nprintf "%s|" "$(basename "$0")" "$@"\npwd\nexit 7\n'


@pytest.fixture
def home(tmp_path: Path) -> Home:
    for name in ("ssh", "vagrant"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(SAYS)
        program.chmod(0o755)
    return Home(tmp_path)


def made(home: Home, kind: str) -> Path:
    folder = home.state / "kubetui" / "clusters" / "lab"
    folder.mkdir(parents=True)
    (folder / "profile.yaml").write_text(PROFILES[kind])
    return folder


@pytest.mark.parametrize(
    ("kind", "words", "called"),
    [
        ("vagrant", ("kubnode1",), "vagrant|ssh|kubnode1|"),
        ("vagrant", ("kubnode1", "--", "cat", "/etc/a b"), "vagrant|ssh|kubnode1|--|--|cat '/etc/a b'|"),
        ("vagrant", ("kubnode1", "--", "cd /etc && ls"), "vagrant|ssh|kubnode1|--|--|cd /etc && ls|"),
        ("vagrant", ("kubnode1", "uname", "-a"), "vagrant|ssh|kubnode1|--|--|uname -a|"),
        ("vagrant", ("kubnode1", "df", "-h"), "vagrant|ssh|kubnode1|--|--|df -h|"),
        ("vagrant", ("kubnode1", "ls", "-lh"), "vagrant|ssh|kubnode1|--|--|ls -lh|"),
        ("vagrant", ("kubnode1", "--", "ls", "--help"), "vagrant|ssh|kubnode1|--|--|ls --help|"),
        ("vagrant", ("kubnode1", "--", "--help"), "vagrant|ssh|kubnode1|--|--|--help|"),
        ("vagrant", (), "vagrant|ssh|kubmaster|"),
        ("vagrant", ("--", "uname", "-a"), "vagrant|ssh|kubmaster|--|--|uname -a|"),
        ("hosts", ("--", "id"), "ssh|me@192.0.2.1|--|id|"),
        ("hosts", ("kubnode1",), "ssh|-p|2222|192.0.2.2|"),
        ("hosts", ("kubmaster", "--", "id", "-u"), "ssh|me@192.0.2.1|--|id -u|"),
    ],
)
def test_ssh_becomes_a_shell_or_a_command_on_the_machine(
    home: Home, kind: str, words: tuple[str, ...], called: str
) -> None:
    folder = made(home, kind)
    done = home.run("ssh", "lab", *words, path=f"{home.folder}/bin:/usr/bin:/bin")
    assert (done.returncode, done.stdout, done.stderr) == (7, f"{called}{folder}\n", "")


def test_ssh_into_a_rehearsal_says_why_not(home: Home) -> None:
    made(home, "rehearsal")
    done = home.run("ssh", "lab", "kubnode1", "--", "id")
    assert done.returncode == 3
    assert "kubnode1 is rehearsed: it replays a recording and has no shell." in done.stderr
    assert "error REHEARSAL" in done.stderr


def test_ssh_names_the_machines_that_there_are(home: Home) -> None:
    made(home, "vagrant")
    done = home.run("ssh", "lab", "kubnode9")
    assert done.returncode == 2
    assert "lab has no machine kubnode9.\n  Its machines: kubmaster, kubnode1, kubnode2." in done.stderr
    assert home.run("ssh", "other", "kubnode1").returncode == 2


def test_a_host_without_ssh_is_told_what_to_install(home: Home) -> None:
    made(home, "hosts")
    done = home.run("ssh", "lab", "kubmaster", path=f"{home.folder}")
    assert done.returncode == 3
    assert "This host has no ssh.\n  Install OpenSSH's client." in done.stderr


def test_a_rehearsals_kubeconfig_is_not_merged(home: Home) -> None:
    folder = made(home, "rehearsal")
    (folder / "kubeconfig").write_text("{}")
    done = home.run("kubeconfig", "lab", "--merge")
    assert done.returncode == 2
    assert "lab is a rehearsal: its API server answers only while kubetui runs" in done.stderr
    assert not (home.folder / ".kube").exists()


def test_a_kubeconfig_is_printed_or_the_line_that_names_it(home: Home) -> None:
    folder = made(home, "vagrant")
    assert "has no kubeconfig yet" in home.run("kubeconfig", "lab").stderr
    (folder / "kubeconfig").write_text("kind: Config\n")
    done = home.run("kubeconfig", "lab")
    assert (done.stdout, done.stderr) == ("kind: Config\n", "")
    assert home.run("kubeconfig", "lab", "--export").stdout == f"export KUBECONFIG={folder}/kubeconfig\n"
    assert "leave one out" in home.run("kubeconfig", "lab", "--export", "--merge").stderr
    assert not (home.folder / ".kube").exists()
