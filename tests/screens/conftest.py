"""Fixtures for tests of screens: private folders, and a host that always gives the same answers."""

from pathlib import Path

import pytest

from tests.screens.hosts import LACKING, FakeHost
from tests.shelf import put_box


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the XDG folders and Vagrant's home into the test's own; the default box is there."""
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path / "vagrant"))
    put_box(tmp_path / "vagrant", "bento/ubuntu-24.04", "1.0")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    return tmp_path


@pytest.fixture
def host() -> FakeHost:
    """Return a host that is ready."""
    return FakeHost()


@pytest.fixture
def lacking() -> FakeHost:
    """Return a host without a provider."""
    return FakeHost(LACKING)
