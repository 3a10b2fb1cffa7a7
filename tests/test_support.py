"""The report for support: what is in it, what is never in it, and that a damaged cluster has one, too."""

from __future__ import annotations

import base64
import errno
import io
import json
import os
import stat
import tarfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kubetui import profilefile, supportcommand
from kubetui.cli import main
from kubetui.cluster import Cluster
from kubetui.errors import StoppedError
from kubetui.plan import Plan
from kubetui.profile import Profile
from kubetui.providers.settings import machines_document
from kubetui.redaction import STARS, forget_all

HASH = "sha256:" + "e" * 64
BODY = [*(letter * 70 for letter in "KLM"), "Ksh0rt+end="]
PEM = "\n".join(["-----BEGIN OPENSSH PRIVATE KEY-----", *BODY, "-----END OPENSSH PRIVATE KEY-----"])
KEY_DATA = base64.b64encode(b"-----BEGIN EC PRIVATE KEY-----\nc4naryc4naryc4nary\n-----END").decode()
CANARIES = {
    "bootstrap token": (
        "c4n4ry.c4n4ryc4n4ryc4n4",
        f"kubeadm join --token {{}} --discovery-token-ca-cert-hash {HASH}",
    ),
    "certificate key": ("c4" * 32, "kubeadm init phase upload-certs: Using certificate key: {}"),
    "bare certificate key": ("d5" * 32, "{}"),
    "password in a URL": ("pr0xyc4nary", "fetching http://me:{}@proxy.example.org:3128/x"),
    "web token": ("eyJhbGciOiJSUzI1NiJ9.eyJc4nary.c4nary-signature", "the service account has {} now"),
    "header": ("dXNlcjpjNG5hcnk=", "Proxy-Authorization: Basic {}"),
    "bearer": ("c4nary.bearer-of-it", "authorization: bearer {}"),
    "password": ("sud0-c4nary", "sudo password: {}"),
    "option": ("0ption-c4nary", "login --password {} --user me"),
    "JSON": ("js0n c4nary with words", '{{"secret": "{}", "other": 1}}'),
    "key of a kubeconfig": (KEY_DATA, "    client-key-data: {}"),
    "the same alone": (KEY_DATA[:70], "{}"),
    "key that Vagrant made": ("K" * 70, "{}"),
    "its last line": (BODY[-1], "{}"),
}
SECRETS = [secret for secret, _ in CANARIES.values()]
SAID = [text.format(secret) for secret, text in CANARIES.values()]


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """Make a cluster of an earlier process, with a secret of each kind wherever one could be."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path / "home-of-me"))
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    made = Cluster("lab")
    made.create()
    document = {
        "name": "lab",
        "provider": "lxc",
        "mirrors": {"http_proxy": "http://me@proxy.example.org:3128"},
    }
    profile = Profile.model_validate(document)
    made.profile.write_text(profilefile.dump(profile))
    made.kubeconfig.write_text(f"users:\n- user:\n    client-key-data: {KEY_DATA}\n")
    made.host_keys.write_text("kubmaster ssh-ed25519 AAAAhostkey\n")
    (made.folder / "identity").write_text("identity-of-it")
    key = made.folder / ".vagrant" / "machines" / "kubmaster" / "lxc" / "private_key"
    key.parent.mkdir(parents=True)
    key.write_text(PEM)
    (made.folder / "machines.json").write_text(
        json.dumps(machines_document(Plan(profile)) | {"said": SAID, "password": "w"})
    )
    records: list[dict[str, object]] = [{"event": "run"}, {"event": "begin", "task": "kubnode1/join", "said": SAID}]
    lines = [json.dumps({"n": number, "at": 0.0, **record}) for number, record in enumerate(records, 1)]
    made.journal.write_text("\n".join(lines) + "\n")
    (made.folder / "journal.torn").write_text("\n".join(SAID))
    (made.folder / "timings.json").write_text(json.dumps({"said": SAID}))
    home = str(Path.home())
    log = [
        f"2026-01-01 00:00:00 join: {line}" for line in (*SAID, *PEM.split("\n"), f"in {home}/x", "E: it broke \x1b[2J")
    ]
    for name in ("kubmaster.log", "kubnode1.log", "kubmaster.old", "kubmaster.join.tail", "kubmaster.join.older"):
        (made.logs / name).write_text("\n".join(log) + "\n")
    (made.logs / "elsewhere").write_text("of another program")
    forget_all()
    return made


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["support", "lab", *words])


def members(path: Path) -> dict[str, str]:
    with tarfile.open(path) as archive:
        found = {}
        for member in archive.getmembers():
            file = archive.extractfile(member)
            assert file is not None
            assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "", "")
            found[member.name.partition("/")[2]] = file.read().decode()
        return found


def report(*words: str) -> tuple[str, dict[str, str]]:
    done = run("--yes", "--output", "report.tar.gz", *words)
    assert done.exit_code == 0, done.output
    return done.output, members(Path("report.tar.gz"))


@pytest.mark.parametrize("kind", CANARIES)
def test_no_secret_that_this_process_never_saw_is_in_it(cluster: Cluster, kind: str) -> None:
    said, files = report()
    secret = CANARIES[kind][0]
    assert any(secret in path.read_text() for path in cluster.folder.rglob("*") if path.is_file())
    assert not [name for name, text in files.items() if secret in text]
    assert secret not in said


def test_no_line_of_a_key_is_in_it(cluster: Cluster) -> None:
    del cluster
    _, files = report()
    whole = "".join(files.values())
    assert not [letter for letter in "KLM" if letter * 20 in whole]
    assert "E: it broke" in files["logs/kubmaster.log"]
    assert "\x1b" not in whole
    assert str(Path.home()) not in whole
    assert "in ~/x" in whole


def test_it_holds_what_is_listed_and_nothing_else(cluster: Cluster) -> None:
    (cluster.folder / "admin.conf").write_text("never")
    said, files = report()
    assert set(files) == {
        *("summary.txt", "profile.yaml", "plan.json", "machines.json", "timings.json", "journal", "journal.torn"),
        *("logs/kubmaster.log", "logs/kubnode1.log", "logs/kubmaster.old"),
        *("logs/kubmaster.join.tail", "logs/kubmaster.join.older", "host.json", "versions.json"),
    }
    for name, text in files.items():
        assert f"{len(text.encode()):,} bytes  {name} " in said
    assert "in flight: kubnode1/join" in files["summary.txt"]
    assert HASH in files["logs/kubmaster.log"]
    assert json.loads(files["versions.json"])["libraries"]["click"]
    assert json.loads(files["machines.json"])["password"] == STARS
    assert "proxy.example.org" in files["profile.yaml"]
    assert "Nothing is sent anywhere" in said


def test_its_mode_is_that_of_a_secret(cluster: Cluster) -> None:
    del cluster
    before = os.umask(0)
    try:
        report()
    finally:
        os.umask(before)
    assert stat.S_IMODE(Path("report.tar.gz").stat().st_mode) == 0o600


def test_without_a_terminal_it_asks_for_a_yes_after_it_has_shown_what_there_is(cluster: Cluster) -> None:
    del cluster
    done = run()
    assert done.exit_code == 2
    assert "No one can answer here" in done.output
    assert "logs/kubmaster.log" in done.output
    assert not list(Path().iterdir())


def test_a_no_writes_nothing(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    del cluster
    asked: list[str] = []

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def no(question: str) -> bool:
        asked.append(question)
        return False

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("click.confirm", no)
    with pytest.raises(StoppedError):
        supportcommand.report("lab", output="report.tar.gz", yes=False)
    assert asked == ["Write report.tar.gz?"]
    assert not list(Path().iterdir())


@pytest.mark.parametrize("what", ["file", "link", "dangling link", "no folder"])
def test_nothing_is_replaced_and_no_link_is_followed(cluster: Cluster, what: str) -> None:
    del cluster
    target = Path("report.tar.gz")
    match what:
        case "file":
            target.write_text("theirs")
        case "link":
            Path("theirs").write_text("theirs")
            target.symlink_to("theirs")
        case "dangling link":
            target.symlink_to("theirs")
        case _:
            target = Path("missing", "report.tar.gz")
    done = run("--yes", "--output", str(target))
    assert done.exit_code == 2
    assert "--output" in done.output
    if what in {"file", "link"}:
        assert target.read_text() == "theirs"
    else:
        assert not Path("theirs").exists()


def test_of_a_report_that_no_disk_takes_nothing_is_left(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    del cluster

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("tarfile.TarFile.addfile", full)
    done = run("--yes")
    assert done.exit_code == 2
    assert "No space left on device" in done.output
    assert not list(Path().iterdir())


def test_without_a_name_of_its_own_it_has_the_clusters_and_the_time(cluster: Cluster) -> None:
    del cluster
    assert run("--yes").exit_code == 0
    (path,) = Path().iterdir()
    assert path.name.startswith("lab-support-2")
    assert path.name.endswith(".tar.gz")


# clusters that are damaged


def test_a_missing_journal_and_missing_logs_are_no_hindrance(cluster: Cluster) -> None:
    for path in (cluster.journal, *cluster.logs.iterdir()):
        path.unlink()
    cluster.logs.rmdir()
    said, files = report()
    assert "No run is known." in files["summary.txt"]
    assert "plan.json" in files
    assert "not collected" not in said


def test_a_torn_line_is_in_it(cluster: Cluster) -> None:
    with cluster.journal.open("a") as file:
        file.write('{"n": 3, "eve')
    _, files = report()
    assert files["journal"].endswith('{"n": 3, "eve\n')
    assert "was cut off" in files["summary.txt"]


def test_a_broken_journal_is_in_it_and_said(cluster: Cluster) -> None:
    cluster.journal.write_text("not a record\n")
    said, files = report()
    assert files["journal"] == "not a record\n"
    assert "not collected: the last run: " in said
    assert "something else wrote to the journal" in files["summary.txt"]


@pytest.mark.parametrize("text", [f"name: [\npassword: {SECRETS[7]}\nproxy: http://me:{SECRETS[3]}@h/\n", "\0\xff", ""])
def test_a_profile_that_cannot_be_read_is_in_it_as_it_stands(cluster: Cluster, text: str) -> None:
    cluster.profile.write_text(text)
    said, files = report()
    assert not [secret for secret in SECRETS for file in files.values() if secret in file]
    assert "plan.json" not in files
    assert "logs/kubmaster.log" in files
    assert "not collected: the profile as values" in said
    assert ("name: [" in files["profile.yaml"]) == ("name: [" in text)


def test_without_a_profile_there_is_a_report_all_the_same(cluster: Cluster) -> None:
    cluster.profile.unlink()
    _, files = report()
    assert "profile.yaml" not in files
    assert "kubnode1.log" in "".join(files)


def test_a_key_that_cannot_be_read_keeps_the_others_from_no_one(cluster: Cluster) -> None:
    cluster.kubeconfig.unlink()
    cluster.kubeconfig.mkdir()
    said, files = report()
    assert "not collected: the kubeconfig's key" in said
    assert not [name for name, text in files.items() if BODY[-1] in text]


def test_links_and_pipes_are_not_read(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "private").write_text("of-someone-else")
    (cluster.logs / "kubnode2.log").symlink_to(tmp_path / "private")
    cluster.journal.unlink()
    os.mkfifo(cluster.journal)
    (cluster.folder / "timings.json").write_text("{torn")
    said, files = report()
    assert "of-someone-else" not in "".join(files.values())
    assert "not collected: logs/kubnode2.log" in said
    assert "not collected: journal: " in said
    assert files["timings.json"] == "{torn\n"


def test_there_is_none_of_a_cluster_that_is_not_there(cluster: Cluster) -> None:
    del cluster
    done = CliRunner().invoke(main, ["support", "other", "--yes"])
    assert done.exit_code == 2
    assert "Clusters: lab." in done.output
