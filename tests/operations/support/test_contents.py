"""Contents of the support report: no secrets, and it works for damaged clusters, too."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from kubetui.base.redaction import STARS
from kubetui.cluster.folder import Cluster
from tests.operations.support.planted import BODY, CANARIES, HASH, SECRETS, report


@pytest.mark.parametrize("kind", CANARIES)
def test_unknown_secrets_are_redacted(cluster: Cluster, kind: str) -> None:
    said, files = report()
    secret = CANARIES[kind][0]
    assert any(secret in path.read_text() for path in cluster.folder.rglob("*") if path.is_file())
    assert not [name for name, text in files.items() if secret in text]
    assert secret not in said


def test_no_line_of_a_key_is_in_the_report(cluster: Cluster) -> None:
    del cluster
    _, files = report()
    whole = "".join(files.values())
    assert not [letter for letter in "KLM" if letter * 20 in whole]
    assert "E: it broke" in files["logs/kubmaster.log"]
    assert "\x1b" not in whole
    assert str(Path.home()) not in whole
    assert "in ~/x" in whole


def test_the_report_contains_exactly_the_listed_files(cluster: Cluster) -> None:
    (cluster.folder / "admin.conf").write_text("never")
    said, files = report()
    assert set(files) == {
        *(
            "summary.txt",
            "profile.yaml",
            "plan.json",
            "machines.json",
            "checks.json",
            "timings.json",
            "journal",
            "journal.torn",
        ),
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
    assert "is sent nowhere" in said


# damaged clusters


def test_missing_journals_and_logs_are_skipped(cluster: Cluster) -> None:
    for path in (cluster.journal, *cluster.logs.iterdir()):
        path.unlink()
    cluster.logs.rmdir()
    said, files = report()
    assert "There was no run." in files["summary.txt"]
    assert "plan.json" in files
    assert "not collected" not in said


def test_an_incomplete_journal_line_is_included(cluster: Cluster) -> None:
    with cluster.journal.open("a") as file:
        file.write('{"n": 3, "eve')
    _, files = report()
    assert files["journal"].endswith('{"n": 3, "eve\n')
    assert "was interrupted" in files["summary.txt"]


def test_a_broken_journal_is_included_and_reported(cluster: Cluster) -> None:
    cluster.journal.write_text("not a record\n")
    said, files = report()
    assert files["journal"] == "not a record\n"
    assert "not collected: the last run: " in said
    assert "something else wrote to the journal" in files["summary.txt"]


@pytest.mark.parametrize("text", [f"name: [\npassword: {SECRETS[7]}\nproxy: http://me:{SECRETS[3]}@h/\n", "\0\xff", ""])
def test_an_invalid_profile_is_included_as_text(cluster: Cluster, text: str) -> None:
    cluster.profile.write_text(text)
    said, files = report()
    assert not [secret for secret in SECRETS for file in files.values() if secret in file]
    assert "plan.json" not in files
    assert "logs/kubmaster.log" in files
    assert "not collected: the profile as values" in said
    assert ("name: [" in files["profile.yaml"]) == ("name: [" in text)


def test_a_report_needs_no_profile(cluster: Cluster) -> None:
    cluster.profile.unlink()
    _, files = report()
    assert "profile.yaml" not in files
    assert "kubnode1.log" in "".join(files)


def test_an_unreadable_key_does_not_stop_the_others(cluster: Cluster) -> None:
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
