"""Headless output: plain lines, a terminal's progress line, JSON."""

import io
import json
import re

import pytest

from kubetui.cli.options import UpOptions
from kubetui.cli.output import JsonLines, Plain, output
from kubetui.engine.events import (
    Checked,
    Event,
    Line,
    NodesTable,
    Outcome,
    RunFinished,
    RunStarted,
    TaskFinished,
    TaskId,
    TaskStarted,
)

MASTER, NODE = TaskId("hosts", "kubmaster"), TaskId("hosts", "kubnode1")
EVENTS: tuple[Event, ...] = (
    RunStarted(0.0, "lab", ("kubmaster", "kubnode1"), (MASTER, NODE)),
    TaskStarted(1.0, MASTER, "Name the nodes", "Why.", "Source"),
    Line(1.5, "kubmaster", "hosts", "wrote /etc/hosts"),
    Line(1.6, "kubmaster", "hosts", "this version is tried as it is", notice=True),
    TaskFinished(3.0, MASTER, Outcome.DONE, 2.04),
    TaskFinished(
        4.0,
        NODE,
        Outcome.FAILED,
        1.0,
        "it broke",
        "BROKEN",
        "mend it",
        tuple(f"tail {number}" for number in range(20)),
        command="kubeadm join",
        log="/logs/kubnode1.log",
    ),
    NodesTable(5.0, "NAME   STATUS\nkubmaster Ready\n"),
    RunFinished(90.0, "lab", 89.6, ok=False, changed=1, failed=1, blocked=0),
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "TERM", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


def shown(stream: io.StringIO, *, verbose: bool = False, events: tuple[Event, ...] = EVENTS) -> str:
    plain = Plain(stream, verbose=verbose)
    for event in events:
        plain(event)
    plain.close()
    return stream.getvalue()


def test_each_check_is_a_line_with_its_advice_below() -> None:
    checks = (
        Checked(5.0, "dns", "ok", "it answers"),
        Checked(5.0, "nodeport", "failed", "kubnode1: silent", "Look there.\nThen here."),
    )
    text = shown(io.StringIO(), events=(*EVENTS[:-1], *checks, EVENTS[-1]))
    assert (
        "\n\nok          dns: it answers\nfailed      nodeport: kubnode1: silent\n"
        "            Look there.\n            Then here.\n"
    ) in text
    rehearsed = Checked(5.0, "dns", "ok", "it answers", rehearsal=True)
    assert "\nThe checks of the rehearsal, replayed from a recording:\nok " in shown(
        io.StringIO(), events=(*EVENTS[:-1], rehearsed, EVENTS[-1])
    )


def test_without_a_terminal_each_event_is_one_plain_line() -> None:
    text = shown(io.StringIO())
    assert re.sub(r"(?m)^\d\d:\d\d:\d\d", "TIME", text).splitlines() == [
        "lab: 2 machines, 2 tasks",
        "TIME  kubmaster  Name the nodes ...",
        "TIME  kubmaster    this version is tried as it is",
        "TIME  kubmaster  hosts: done 2.0 s",
        "TIME  kubnode1   hosts: failed",
        "    $ kubeadm join",
        *(f"    tail {number}" for number in range(8, 20)),
        "",
        "    it broke",
        "    mend it",
        "    error BROKEN: kubetui explain BROKEN",
        "    log /logs/kubnode1.log",
        "",
        "NAME   STATUS",
        "kubmaster Ready",
        "",
        "lab is not ready after 1:30: 1 task failed, 0 not done. Nothing is lost; the same command resumes it.",
    ]
    assert all(character.isprintable() or character == "\n" for character in text)


def test_a_partial_cluster_names_its_missing_nodes() -> None:
    event = RunFinished(
        90.0,
        "lab",
        89.6,
        ok=False,
        changed=1,
        failed=1,
        blocked=1,
        kubeconfig="/my k",
        nodes=5,
        ready=4,
        not_ready=("kubnode4",),
    )
    assert shown(io.StringIO(), events=(event,)).splitlines()[1:] == [
        "4 of 5 nodes are ready; the cluster works without the others: kubnode4.",
        "export KUBECONFIG='/my k'",
        "",
        "lab is not ready after 1:30: 1 task failed, 1 not done. Nothing is lost; the same command resumes it.",
    ]


def test_lines_left_out_of_the_log_are_counted() -> None:
    event = TaskFinished(3.0, MASTER, Outcome.DONE, 2.04, left_out=507_581)
    said = shown(io.StringIO(), events=(EVENTS[0], event)).splitlines()
    assert said[-1] == "    507581 lines of its output are left out of the log, between its first and its last ones"


def test_verbose_shows_what_machines_print() -> None:
    assert "kubmaster    wrote /etc/hosts\n" in shown(io.StringIO(), verbose=True)
    assert "wrote /etc/hosts" not in shown(io.StringIO())


def test_a_successful_run_prints_the_kubeconfig() -> None:
    end = RunFinished(9.0, "lab", 9.0, ok=True, changed=0, failed=0, blocked=0, kubeconfig="/my k")
    text = shown(io.StringIO(), events=(EVENTS[0], end))
    assert text.endswith("\nlab is ready after 0:09; nothing changed.\nexport KUBECONFIG='/my k'\n")
    end = RunFinished(9.0, "lab", 9.0, ok=False, changed=3, failed=0, blocked=2, stopped=True)
    assert "lab was stopped after 0:09" in shown(io.StringIO(), events=(EVENTS[0], end))


def test_a_terminal_gets_colours_and_a_progress_line() -> None:
    text = shown(Terminal())
    assert "\x1b[32mdone\x1b[0m" in text
    assert "\x1b[31mfailed\x1b[0m" in text
    assert re.search(r"\r\x1b\[K1 of 2  \d+:\d\d", text)
    assert "kubmaster hosts" in text
    # nothing else is obeyed, and the last thing is a clean line
    assert not re.sub(r"\r\x1b\[K|\x1b\[[0-9]+m", "", text).translate({10: None}).count("\x1b")
    assert text.endswith("\r\x1b[K")


def test_what_is_said_before_the_run_begins_has_no_progress_line() -> None:
    assert shown(Terminal(), events=(Line(1.0, "kubmaster", "start", "removing"),)) == "\r\x1b[K"


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = shown(Terminal())
    assert not re.search(r"\x1b\[[0-9;]*m", text)
    assert "\r\x1b[K" in text


def test_a_dumb_terminal_gets_no_control_character(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in shown(Terminal())


def test_the_progress_line_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    parts = re.split(r"\r\x1b\[K", shown(Terminal()))
    assert all(len(part) < 20 for part in parts if " of 2" in part)


def test_json_lines_hold_every_event() -> None:
    stream = io.StringIO()
    lines = JsonLines(stream)
    for event in EVENTS:
        lines(event)
    lines.close()
    found = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [each["event"] for each in found] == [type(event).__name__ for event in EVENTS]
    assert found[0]["tasks"] == [{"step": "hosts", "machine": machine} for machine in ("kubmaster", "kubnode1")]
    assert [each["notice"] for each in found[2:4]] == [False, True]
    assert found[4]["outcome"] == "done"
    assert found[5]["tail"][-1] == "tail 19"
    assert stream.getvalue().isascii()


def test_the_command_line_chooses() -> None:
    assert isinstance(output(UpOptions(as_json=True)), JsonLines)
    assert isinstance(output(UpOptions(verbose=True)), Plain)
