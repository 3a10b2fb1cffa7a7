"""Real Vagrant adds boxes as kubetui names them: from a path, a URL and metadata, with and without a login.

No machine is started: the box holds nothing but its metadata.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kubetui.base.errors import KubetuiError
from kubetui.base.redaction import Secret
from kubetui.base.system import Installer, System
from kubetui.machines.vagrant.catalogue.web import login_file
from kubetui.machines.vagrant.failures import error_of
from kubetui.machines.vagrant.packaging import stored
from kubetui.machines.vagrant.project import VagrantProject
from kubetui.machines.vagrant.settings import machines_document
from kubetui.operations.boxes.choice import settled
from kubetui.profile.credentials import Logins
from kubetui.profile.plan import Plan
from tests.boxserver import LOGIN, Server, serving
from tests.machines.vagrant.ruby import vagrants_ruby
from tests.machines.vagrant.standin import plan

DEBIAN = System(Installer.APT, "debian", "12", "bookworm")
SCRIPT = Path(__file__).parents[2] / "data" / "vagrant_box.rb"
Add = Callable[[Plan], KubetuiError | None]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path / "vagrant"))
    return tmp_path / "vagrant"


@pytest.fixture
def box() -> bytes:
    """Return a .box file for VirtualBox."""
    data, metadata = io.BytesIO(), json.dumps({"provider": "virtualbox"}).encode()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        entry = tarfile.TarInfo("metadata.json")
        entry.size = len(metadata)
        archive.addfile(entry, io.BytesIO(metadata))
    return data.getvalue()


@pytest.fixture
def server(box: bytes) -> Iterator[Server]:
    with serving() as found:
        found.box = box
        yield found


@pytest.fixture
def add(tmp_path: Path) -> Add:
    """Return what has Vagrant add a plan's box, and returns the error that kubetui would report."""
    ruby = vagrants_ruby()
    if ruby is None:
        pytest.skip("Vagrant is not installed, or its Ruby cannot be found")

    def run(wanted: Plan) -> KubetuiError | None:
        folder = tmp_path / "lab"
        VagrantProject(folder).write(machines_document(wanted))
        with login_file(folder / "netrc", wanted.vagrant_box.url, wanted.logins) as netrc:
            login = {"KUBETUI_NETRC": str(netrc)} if netrc else {}
            done = subprocess.run(
                [ruby, str(SCRIPT), wanted.provider.name],
                cwd=folder,
                env={**os.environ, **login, "VAGRANT_CHECKPOINT_DISABLE": "1"},
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
        said = (done.stdout + done.stderr).splitlines()
        assert ".rb:" not in done.stderr, done.stderr
        return error_of("vagrant up kubmaster", done.returncode, said, DEBIAN) if done.returncode else None

    return run


def boxes(home: Path) -> list[str]:
    return [f"{box.name} {box.version}" for box in stored(home, "*", "virtualbox")]


def assert_nothing_left(home: Path) -> None:
    assert boxes(home) == []
    assert not [path for path in (home / "tmp").rglob("*") if path.is_file() and path.name.startswith("box")]


def assert_nowhere(folder: Path, text: bytes) -> None:
    assert not [path for path in folder.rglob("*") if path.is_file() and text in path.read_bytes()]


async def named(box: str, **more: Any) -> Plan:
    return await settled(plan(machines={"box": box, **more}))


async def test_a_path_with_its_checksum(add: Add, home: Path, box: bytes, tmp_path: Path) -> None:
    file = tmp_path / "my 100% box.box"
    file.write_bytes(box)
    wanted = await named(str(file), box_sha256=hashlib.sha256(box).hexdigest())
    assert add(wanted) is None
    assert boxes(home) == [f"{wanted.box} 0"]


async def test_a_url_with_a_wrong_checksum_and_then_the_right_one(
    add: Add, home: Path, box: bytes, server: Server
) -> None:
    digest = hashlib.sha256(box).hexdigest()
    wrong = await named(f"{server.url}/there.box", box_sha256="0" * 64)
    error = add(wrong)
    assert error is not None
    assert error.id == "BOX-CHECKSUM"
    assert f"has the SHA-256 {digest}, and {'0' * 64} was expected" in error.message
    assert_nothing_left(home)
    right = await named(f"{server.url}/there.box", box_sha256=digest)
    assert add(right) is None
    assert boxes(home) == [f"{right.box} 0"]


async def test_a_file_that_is_no_box(add: Add, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "no.box"
    file.write_bytes(b"no box at all")
    error = add(await named(str(file)))
    assert error is not None
    assert error.id == "BOX-BROKEN"
    assert_nothing_left(home)


async def test_metadata_brings_its_name_version_and_checksum(
    add: Add, home: Path, box: bytes, server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "described.json"
    for digest, error_id in (("0" * 64, "BOX-CHECKSUM"), (hashlib.sha256(box).hexdigest(), None)):
        provider = {"name": "virtualbox", "url": f"{server.url}/there.box", "checksum_type": "sha256"}
        versions = [{"version": version, "providers": [{**provider, "checksum": digest}]} for version in ("1.0", "2.0")]
        file.write_text(json.dumps({"name": "me/described", "versions": versions}))
        error = add(await named(str(file), box_version="1.0"))
        assert (error.id if error else None) == error_id
    assert boxes(home) == ["me/described 1.0"]


async def test_a_login_is_given_to_the_server_and_to_nobody_else(
    add: Add, home: Path, box: bytes, server: Server, tmp_path: Path
) -> None:
    url = f"{server.url.replace('//', '//me@')}/private/there.box"
    wanted = await named(url, box_sha256=hashlib.sha256(box).hexdigest())
    error = add(wanted)
    assert error is not None
    assert "401" in error.message
    assert_nothing_left(home)
    assert add(replace(wanted, logins=Logins({"127.0.0.1": Secret(LOGIN[1])}))) is None
    assert boxes(home) == [f"{wanted.box} 0"]
    assert_nowhere(tmp_path, b"c4nary")
