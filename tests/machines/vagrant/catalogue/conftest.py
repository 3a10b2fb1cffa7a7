"""Fixtures: a server of boxes, which is also the catalogue, and empty folders of Vagrant and kubetui."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kubetui.machines.vagrant.catalogue import web
from tests.boxserver import Server, serving


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(web, "SECONDS", 2.0)
    with serving() as found:
        monkeypatch.setenv("VAGRANT_SERVER_URL", f"{found.url}/")
        yield found


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, folder in (("XDG_STATE_HOME", "state"), ("XDG_CONFIG_HOME", "config"), ("VAGRANT_HOME", "vagrant")):
        monkeypatch.setenv(name, str(tmp_path / folder))
    return tmp_path / "vagrant"
