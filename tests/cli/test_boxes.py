"""`kubetui boxes build`: what it refuses, what it passes on, and how Ctrl+C ends it."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kubetui.cli.main import main
from kubetui.operations.boxes.cloud import build as builder
from kubetui.software.images import CATALOGUE, PROCESSORS, Source, System
from tests.serving import serving


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path / "vagrant"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["ubuntu-22.04"], "It can of these: ubuntu-24.04, ubuntu-26.04, debian-13, almalinux-9, almalinux-10."),
        (["debian-13", "--provider", "lxc"], "a container wants the files of a system"),
    ],
)
def test_what_cannot_be_built_is_refused_with_the_reason(words: list[str], message: str) -> None:
    result = CliRunner().invoke(main, ["boxes", "build", *words])
    assert result.exit_code == 2
    assert message in result.stderr


def test_without_any_provider_the_first_is_offered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = CliRunner().invoke(main, ["boxes", "build", "debian-13"])
    assert result.exit_code == 3
    assert "this host has neither" in result.stderr


def test_the_options_reach_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []

    async def build(system: System, provider: str, *_watchers: object, source: Source, again: bool) -> str:
        calls.append((system, provider, source, again))
        return "kubetui/debian-13"

    monkeypatch.setattr(builder, "build", build)
    words = ["debian-13", "--provider", "libvirt", "--mirror", "http://m/", "--key", "F", "--sha256", "D", "--again"]
    result = CliRunner().invoke(main, ["boxes", "build", *words])
    assert result.exit_code == 0, result.output
    assert calls == [(CATALOGUE["debian-13"], "libvirt", Source("http://m/", "F", "D"), True)]
    assert "machines.box: kubetui/debian-13" in result.stderr


def test_ctrl_c_ends_a_download_from_a_silent_server(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    for name in ("qemu-img", "vagrant"):
        (tmp_path / "bin" / name).write_text("#!/bin/sh\n")
        (tmp_path / "bin" / name).chmod(0o755)
    image = b"i" * 400_000
    machine = os.uname().machine
    with serving() as site:
        site.put(f"debian-13-generic-{PROCESSORS[machine]}.qcow2", image)
        site.cuts, site.hangs = [300_000], True
        words = ["--provider", "libvirt", "--mirror", site.url, "--sha256", hashlib.sha256(image).hexdigest()]
        with subprocess.Popen(
            [sys.executable, "-m", "kubetui", "boxes", "build", "debian-13", *words],
            env=os.environ | {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "no_proxy": "127.0.0.1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr
            assert any(re.search(r"7\d %", line) for line in process.stderr)
            process.send_signal(signal.SIGINT)
            said = process.stderr.read()
            assert process.wait() == 130
    assert "a download goes on where it stopped" in said
    assert "Traceback" not in said
    (part,) = (tmp_path / "cache" / "kubetui" / "images").glob("*.part")
    assert image.startswith(part.read_bytes())
    assert part.stat().st_size > 0
