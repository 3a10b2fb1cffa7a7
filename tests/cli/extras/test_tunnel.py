"""`kubetui tunnel` as a person types it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from kubetui.base.errors import ExitCode
from kubetui.cli.main import main
from kubetui.cluster.folder import Cluster
from kubetui.operations.extras.tunnel import tunnel
from kubetui.operations.extras.tunnel.service import Port, Target
from kubetui.operations.extras.tunnel.tunnel import Wanted
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.profile import Profile

WANTED: list[Wanted] = []


class Open:
    place = "http://127.0.0.1:40123"
    target = Target("10.96.0.7", Port(80, "http"), 2)

    def __init__(self, number: signal.Signals | None) -> None:
        self._number = number

    async def lost(self) -> None:
        if self._number is not None:
            os.kill(os.getpid(), self._number)
            await asyncio.Event().wait()


def prepare(monkeypatch: pytest.MonkeyPatch, folder: Path, number: signal.Signals | None, provider: str) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    cluster = Cluster("lab")
    cluster.create()
    cluster.profile.write_text(profilefile.dump(Profile.model_validate({"name": "lab", "provider": provider})))

    @asynccontextmanager
    async def opened(_cluster: Cluster, wanted: Wanted, _access: object) -> AsyncIterator[Open]:
        WANTED[:] = [wanted]
        yield Open(number)

    monkeypatch.setattr(tunnel, "opened", opened)


def test_ctrl_c_closes_it_and_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    prepare(monkeypatch, tmp_path, signal.SIGINT, "virtualbox")
    done = CliRunner().invoke(main, ["tunnel", "lab", "web", "--port", "http", "-n", "shop", "--local", "8080"])
    assert done.exit_code == 0, done.output
    assert done.stdout == "http://127.0.0.1:40123\n"
    assert "leads to web, port 80 (http), 2 endpoints ready" in done.stderr
    assert "The tunnel is closed." in done.stderr
    assert [Wanted("web", "shop", "http", 8080)] == WANTED


def test_a_lost_connection_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    prepare(monkeypatch, tmp_path, None, "virtualbox")
    done = CliRunner().invoke(main, ["tunnel", "lab", "web"])
    assert done.exit_code == ExitCode.RUN
    assert "The connection to the control plane of lab was lost." in done.output


def test_a_rehearsal_has_no_services(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    prepare(monkeypatch, tmp_path, None, "rehearsal")
    done = CliRunner().invoke(main, ["tunnel", "lab", "web"])
    assert done.exit_code == ExitCode.USAGE
    assert "is a rehearsal, and has no services" in done.output
