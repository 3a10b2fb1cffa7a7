"""The stand-in for Vagrant in PATH, and the folder of a cluster."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.vagrant.standin import FAKE, Fake


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    folder = tmp_path / "fake"
    folder.mkdir()
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "vagrant").symlink_to(FAKE)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_VAGRANT", str(folder))
    return Fake(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "clusters" / "lab"
