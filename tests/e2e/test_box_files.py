"""Boxes by path, by URL with a checksum, and by Vagrant's metadata, added by real Vagrant.

The facts step refuses the machines, as their cgroups are too old without the lab's patch, so each run ends early.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Lab, Maker
from tests.e2e.running import running

pytestmark = pytest.mark.e2e

REFUSING: dict[str, Any] = {"patches": []}
DESCRIBED = "rig/described"
OURS = r"^(?:kubetui-fetched/\S+|rig/described)"
SERVER = """
import functools, http.server, sys, threading
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
"""
"""Serves a folder until its standard input is closed, wherever the prefix runs it."""
HALF_ADDED = 'ls -A "${VAGRANT_HOME:-$HOME/.vagrant.d}/tmp"'


@dataclass(frozen=True)
class Shelf:
    """A .box file of the lab's own box, and where it is served."""

    file: Path
    sha256: str
    url: str


@pytest.fixture(scope="module")
def shelf(make: Maker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    folder = tmp_path_factory.mktemp("shelf")
    lab = make("shelf")
    lab.run("vagrant", "box", "repackage", lab.document["machines"]["box"], lab.document["provider"], "0", cwd=folder)
    file = folder / "debian 13.box"
    (folder / "package.box").rename(file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    words = lab.words(sys.executable, "-c", SERVER, str(folder))
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout
        port = int(server.stdout.readline())
        yield Shelf(file, digest, f"http://127.0.0.1:{port}/debian%2013.box")
    for name in added(lab):
        lab.run("vagrant", "box", "remove", "--force", "--all", name)


def added(lab: Lab) -> list[str]:
    return re.findall(OURS, lab.run("vagrant", "box", "list"), re.MULTILINE)


def started(lab: Lab) -> str:
    """Run up to the step that refuses the machine, and return the name of its box."""
    with running(lab) as run:
        assert run.end() == 4
        assert run.errors() == {("facts", "kubmaster"): "MACHINE"}
    (machine,) = json.loads((lab.folder / "machines.json").read_text())["machines"]
    assert json.loads((lab.folder / "box.json").read_text())["box"]["name"] == machine["box"]
    return str(machine["box"])


def test_a_box_file_is_added_once_for_two_clusters(fresh: Maker, shelf: Shelf) -> None:
    machines = {"workers": 0, "box": str(shelf.file), "box_sha256": shelf.sha256}
    first = fresh("first", machines=machines, kubernetes=REFUSING)
    name = started(first)
    assert re.fullmatch(r"kubetui-fetched/debian-13-[0-9a-f]{12}", name)
    first.kubetui("destroy", first.name, "--yes")
    lab = fresh("second", machines=machines, kubernetes=REFUSING)
    assert f"{name} 0 is on this host" in lab.kubetui("doctor", str(lab.profile), check=False)
    assert started(lab) == name
    assert added(lab) == [name]


def test_a_box_is_fetched_from_a_url_only_with_the_right_checksum(fresh: Maker, shelf: Shelf) -> None:
    wrong = {"workers": 0, "box": shelf.url, "box_sha256": "0" * 64}
    lab = fresh("fetched", machines=wrong, kubernetes=REFUSING)
    before = added(lab)
    with running(lab) as run:
        assert run.end() == 4
        assert run.errors() == {("start", "kubmaster"): "BOX-CHECKSUM"}
        assert run.said_that(f"Received: {shelf.sha256}")
    assert added(lab) == before
    # where Vagrant puts a download of this URL
    part = f"box{hashlib.sha1(shelf.url.encode(), usedforsecurity=False).hexdigest()}"
    assert part not in lab.run("bash", "-c", HALF_ADDED).split()
    right = fresh("fetched", machines={**wrong, "box_sha256": shelf.sha256}, kubernetes=REFUSING)
    assert started(right) in set(added(lab)) - set(before)


def test_metadata_names_and_pins_its_box(fresh: Maker, shelf: Shelf, tmp_path: Path) -> None:
    lab = fresh("described", machines={"workers": 0, "box": str(tmp_path / "it.json")}, kubernetes=REFUSING)
    provider = {
        "name": lab.document["provider"],
        "url": shelf.url,
        "checksum_type": "sha256",
        "checksum": shelf.sha256,
    }
    versions = [{"version": "1.2", "providers": [provider]}]
    (tmp_path / "it.json").write_text(json.dumps({"name": DESCRIBED, "versions": versions}))
    assert started(lab) == DESCRIBED
    assert f"{DESCRIBED} 1.2 is on this host" in lab.kubetui("doctor", str(lab.profile), check=False)
