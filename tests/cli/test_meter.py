"""A download's progress, on a terminal and elsewhere."""

from __future__ import annotations

import sys

import pytest

from kubetui.cli.audience import Meter, amount


def test_elsewhere_each_tenth_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with Meter() as meter:
        for have in range(0, 101, 5):
            meter(have * 10**6, 100 * 10**6)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 11
    assert lines[-1] == "  100 %, 100 of 100 MB"


def test_a_terminals_line_is_ended_before_another_begins(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with Meter() as meter:
        meter(50 * 10**6, 100 * 10**6)
        meter(100 * 10**6, 100 * 10**6)
        meter.say("converting")
    captured = capsys.readouterr()
    assert captured.err.startswith("\r  50 %")
    assert captured.err.endswith("100 of 100 MB\x1b[K\nconverting\n")
    assert captured.out == ""


def test_an_unknown_size_has_no_share() -> None:
    assert amount(7_000_000, None) == "  7 MB"
