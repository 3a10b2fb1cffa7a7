"""`kubetui up` as a process on a host that has only Python."""

import json
import subprocess
import sys
from pathlib import Path

from kubetui.steps.cluster.proof.findings import NAMES

NOTICE = "it creates no machines and changes nothing on this host."


def kubetui(home: Path, *words: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "kubetui", *words],
        env={"PATH": str(home), "HOME": str(home), "LANG": "C.UTF-8"},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, done.stdout[-2000:] + done.stderr
    return done.stdout + done.stderr


def test_a_headless_rehearsal_runs_from_scratch_to_the_table_of_nodes(tmp_path: Path) -> None:
    first, *lines, last = kubetui(tmp_path, "up", "rehearsal", "--yes").splitlines()
    assert first == f"This is a rehearsal: {NOTICE}"
    assert last == f"This was a rehearsal: {NOTICE}"
    table = lines.index("The nodes of the rehearsal, replayed from a recording:")
    assert [line.split()[:2] for line in lines[table + 2 : table + 5]] == [
        ["kubmaster", "Ready"],
        ["kubnode1", "Ready"],
        ["kubnode2", "Ready"],
    ]
    assert "nothing changed" in kubetui(tmp_path, "up", "rehearsal", "--yes")
    header, *machines = kubetui(tmp_path, "status", "rehearsal").splitlines()
    assert header.startswith("rehearsal  rehearsal, ready  3 of 3 nodes Ready, Kubernetes 1.37.2, run took ")
    assert [line.split()[-1] for line in machines] == ["rehearsed"] * 3
    assert kubetui(tmp_path, "destroy", "rehearsal", "--yes").endswith("rehearsal is gone.\n")


def test_json_marks_a_rehearsal_in_the_first_and_last_event(tmp_path: Path) -> None:
    text = kubetui(tmp_path, "up", "tutorial", "--rehearse", "--yes", "--json", "--speed", "200")
    events = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert events[0]["rehearsal"] is True
    assert events[-1]["rehearsal"] is True
    assert events[-1]["cluster"] == "tutorial-rehearsal"


def test_a_host_without_a_provider_is_offered_a_rehearsal(tmp_path: Path) -> None:
    assert "kubetui up tutorial --rehearse" in kubetui(tmp_path, "up", "tutorial", "--yes", code=3)


def test_rehearsal_options_are_refused_without_a_rehearsal(tmp_path: Path) -> None:
    assert "Add --rehearse" in kubetui(tmp_path, "up", "tutorial", "--speed", "3", code=2)
    said = kubetui(tmp_path, "up", "rehearsal", "--yes", "--rehearse-fault", "earthquake", code=2)
    assert "init-timeout" in said
    assert "cannot be recorded" in kubetui(tmp_path, "up", "rehearsal", "--yes", "--record", "x.jsonl", code=2)


def test_a_failed_worker_has_its_own_exit_code(tmp_path: Path) -> None:
    words = ("up", "rehearsal", "--yes", "--speed", "200")
    said = kubetui(tmp_path, *words, "--rehearse-fault", "join-unreachable", code=7)
    assert "2 of 3 nodes are ready; the cluster works without the others: kubnode2." in said
    assert "NAME" in said
    header, *_ = kubetui(tmp_path, "status", "rehearsal").splitlines()
    assert header.startswith("rehearsal  rehearsal, failed: kubnode2: kubeadm join: ")
    assert "2 of 3 nodes Ready" in header
    (told,) = json.loads(kubetui(tmp_path, "status", "--json"))
    assert (told["state"], told["rehearsal"], told["ready"], told["not_ready"]) == ("failed", True, 2, ["kubnode2"])
    events = kubetui(tmp_path, *words, "--json")
    assert json.loads(events.splitlines()[-1])["ready"] == 3


def test_a_rehearsed_cluster_is_checked_at_any_time(tmp_path: Path) -> None:
    assert "There is no cluster rehearsal" in kubetui(tmp_path, "check", "rehearsal", code=2)
    said = kubetui(tmp_path, "up", "rehearsal", "--yes", "--speed", "200")
    assert "The checks of the rehearsal, replayed from a recording:\nok          api: " in said
    first, *lines = kubetui(tmp_path, "check", "rehearsal").splitlines()
    assert first == f"This is a rehearsal: {NOTICE[:-1]}; the checks are replayed from a recording."
    assert [line.split(": ")[0].split()[-1] for line in lines] == list(NAMES)
    document = json.loads(kubetui(tmp_path, "check", "rehearsal", "--json"))
    assert document["rehearsal"] is document["ok"] is True
    assert [check["name"] for check in document["checks"]] == list(NAMES)
