"""A cluster for the support report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kubetui.base.redaction import forget_all
from kubetui.cluster.folder import Cluster
from kubetui.machines.vagrant.settings import machines_document
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from tests.operations.support.planted import KEY_DATA, PEM, SAID


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """Create a cluster as an earlier process left it, with a secret of each kind in every possible place."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path / "home-of-me"))
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    made = Cluster("lab")
    made.create()
    document = {
        "name": "lab",
        "provider": "lxc",
        "mirrors": {"http_proxy": "http://me@proxy.example.org:3128"},
    }
    profile = Profile.model_validate(document)
    made.profile.write_text(profilefile.dump(profile))
    made.kubeconfig.write_text(f"users:\n- user:\n    client-key-data: {KEY_DATA}\n")
    made.host_keys.write_text("kubmaster ssh-ed25519 AAAAhostkey\n")
    (made.folder / "identity").write_text("identity-of-it")
    key = made.folder / ".vagrant" / "machines" / "kubmaster" / "lxc" / "private_key"
    key.parent.mkdir(parents=True)
    key.write_text(PEM)
    (made.folder / "machines.json").write_text(
        json.dumps(machines_document(Plan(profile)) | {"said": SAID, "password": "w"})
    )
    records: list[dict[str, object]] = [{"event": "run"}, {"event": "begin", "task": "kubnode1/join", "said": SAID}]
    lines = [json.dumps({"n": number, "at": 0.0, **record}) for number, record in enumerate(records, 1)]
    made.journal.write_text("\n".join(lines) + "\n")
    (made.folder / "journal.torn").write_text("\n".join(SAID))
    (made.folder / "checks.json").write_text(json.dumps({"said": SAID}))
    (made.folder / "timings.json").write_text(json.dumps({"said": SAID}))
    home = str(Path.home())
    log = [
        f"2026-01-01 00:00:00 join: {line}" for line in (*SAID, *PEM.split("\n"), f"in {home}/x", "E: it broke \x1b[2J")
    ]
    for name in ("kubmaster.log", "kubnode1.log", "kubmaster.old", "kubmaster.join.tail", "kubmaster.join.older"):
        (made.logs / name).write_text("\n".join(log) + "\n")
    (made.logs / "elsewhere").write_text("of another program")
    forget_all()
    return made
