"""Machines on loopback whose `ctr` and `crictl` keep images in a folder, as containerd does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from kubetui.base.errors import RunError
from kubetui.cluster.folder import Cluster
from kubetui.operations import connect
from kubetui.operations.extras.images import site, transfer
from kubetui.profile.files import file as profilefile
from kubetui.profile.machine import Machine
from kubetui.profile.schema.profile import Profile
from kubetui.remote.ssh import SshNode
from tests.loopback import Guest, guest

PROGRAMS = {
    # content and names of images; a piece that something keeps is in `roots`
    "ctr": r"""
[[ "$1 $2" == "--namespace k8s.io" ]] || exit 9
shift 2
at=$STANDINS/store
mkdir -p "$at/content" "$at/roots" "$at/names"
case "$1 $2" in
  "content list")
    [[ $# == 3 ]] && { ls "$at/content" | sed s/^/sha256:/; exit; }
    ls "$at/roots" | sed s/^/sha256:/ ;;
  "content ingest")
    [[ $3 == --expected-size && $5 == --expected-digest ]] || exit 9
    cat >"$at/new.$$"
    [[ $(stat --format=%s "$at/new.$$") == "$4" ]] || exit 1
    [[ sha256:$(sha256sum <"$at/new.$$" | cut -c1-64) == "$6" ]] || exit 1
    mv "$at/new.$$" "$at/content/${6#sha256:}"
    echo "${6:0:19}" >>"$STANDINS/ingested" ;;
  "content label")
    if [[ $4 == *= ]]; then rm -f "$at/roots/${3#sha256:}"; else touch "$at/roots/${3#sha256:}"; fi ;;
  "images import")
    mkdir -p "$at/import"
    tar --directory="$at/import" --extract
    python3 - "$at" <<'X'
import json, pathlib, sys
at = pathlib.Path(sys.argv[1])
blob = lambda digest: (at / "content" / digest[7:]).read_bytes()
for each in json.loads((at / "import/index.json").read_text())["manifests"]:
    manifest = json.loads(blob(each["digest"]))
    for layer in manifest["layers"]:
        blob(layer["digest"])
    about = manifest["config"]["digest"]
    blob(about)
    name = each["annotations"]["io.containerd.image.name"]
    (at / "names" / name.replace("/", "%")).write_text(about)
X
    ;;
  "images remove") rm "$at/names/${4//\//%}" ;;
  *) exit 9 ;;
esac
""",
    "crictl": r"""
at=$STANDINS/store
mkdir -p "$at/names"
case $1 in
  images) python3 - "$at" <<'X'
import json, pathlib, sys
found = {}
for path in (pathlib.Path(sys.argv[1]) / "names").iterdir():
    found.setdefault(path.read_text(), []).append(path.name.replace("%", "/"))
print(json.dumps({"images": [{"id": id, "repoTags": names, "size": "1000"} for id, names in found.items()]}))
X
    ;;
  ps) cat "$STANDINS/containers" 2>/dev/null || echo '{"containers": []}' ;;
  rmi) grep --files-with-matches --recursive "$2" "$at/names" | xargs rm ;;
esac
""",
    "kubeadm": r"""
case $1 in
  version) echo v1.37.2 ;;
  config) echo registry.k8s.io/pause:3.10.2 ;;
esac
""",
}
MACHINES = ("kubmaster", "kubnode1", "kubnode2")


class Lab:
    """A cluster whose machines are on loopback; those in `off` do not answer."""

    def __init__(self, cluster: Cluster, guests: Mapping[str, Guest]) -> None:
        self.cluster = cluster
        self.guests = guests
        self.off: set[str] = set()

    async def visit(self, _cluster: Cluster, _provider: object, machine: Machine) -> SshNode:
        if machine.name in self.off:
            raise RunError(f"{machine.name} is stopped.")
        node = self.guests[machine.name].node(name=machine.name)
        await node.connect(lambda _line: None)
        return node

    def store(self, machine: str) -> Path:
        return self.guests[machine].standins / "store"

    def spooled(self) -> list[str]:
        """Return the machines on which a load left its folder."""
        return [name for name, each in self.guests.items() if (each.standins / "spool").exists()]

    def contents(self, machine: str) -> set[str]:
        return {f"sha256:{each.name}" for each in (self.store(machine) / "content").glob("*")}

    def names(self, machine: str) -> set[str]:
        return {each.name.replace("%", "/") for each in (self.store(machine) / "names").glob("*")}

    def ingested(self, machine: str) -> list[str]:
        """Return the beginning of the digest of every piece that ever came, in order."""
        path = self.guests[machine].standins / "ingested"
        return path.read_text().split() if path.exists() else []

    def received(self) -> dict[str, int]:
        return {name: each.wire.received for name, each in self.guests.items()}

    def uses(self, machine: str, *containers: Mapping[str, Any]) -> None:
        (self.guests[machine].standins / "containers").write_text(json.dumps({"containers": containers}))


class Provider:
    async def states(self) -> None:
        """Nobody asks."""


@pytest.fixture
async def lab(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Lab]:
    cluster.profile.write_text(profilefile.dump(Profile(name="lab")))
    async with AsyncExitStack() as stack:
        guests = {}
        for name in MACHINES:
            (tmp_path / name).mkdir()
            guests[name] = await stack.enter_async_context(guest(tmp_path / name))
            for program, text in PROGRAMS.items():
                path = guests[name].standins / program
                path.write_text(f"#!/bin/bash\n{text}")
                path.chmod(0o755)
        made = Lab(cluster, guests)
        monkeypatch.setattr(connect, "visit", made.visit)
        monkeypatch.setattr(site, "make", lambda *_: Provider())
        # the machines are one computer, so that each needs a folder of its own
        monkeypatch.setattr(transfer, "TAKE", f"SPOOL=$STANDINS/spool\n{transfer.TAKE}")
        monkeypatch.setattr(transfer, "SECONDS", 60.0)
        yield made
