"""Each test has its own folders for Vagrant's boxes and kubetui's state."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path / "vagrant"))
    return tmp_path / "vagrant"
