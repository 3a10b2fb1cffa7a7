"""A state folder below a home folder, whose paths are the same in every run, and a quick watch."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect notifications: they are gone after seconds, which a busy host may take."""
    said: list[str] = []
    monkeypatch.setattr("screens.app.KubetuiApp.notify", lambda _self, message, **_given: said.append(message))
    return said


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr("screens.cluster.watch.PAUSE", 0.1)
    # the screen shows the home folder as a tilde
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / ".local" / "state"))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield tmp_path
    monkeypatch.undo()
    time.tzset()
