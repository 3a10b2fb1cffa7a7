"""Changing a profile before anything is installed recreates the affected machines and keeps the others."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Lab, Maker
from tests.e2e.running import place, running

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

OTHER = "rig/other"
MARK, IS_MARKED = "touch /root/marked", "test -e /root/marked && echo marked || echo new"
REFUSING: dict[str, Any] = {"patches": []}
"""Kubernetes settings without the patch that old cgroups need: the facts step refuses every machine."""


@contextmanager
def another_box(lab: Lab, folder: Path) -> Iterator[str]:
    """Add a copy of the lab's box under another name."""
    lab.run("vagrant", "box", "repackage", lab.document["machines"]["box"], lab.document["provider"], "0", cwd=folder)
    lab.run("vagrant", "box", "add", "--name", OTHER, str(folder / "package.box"))
    (folder / "package.box").unlink()
    try:
        yield OTHER
    finally:
        lab.run("vagrant", "box", "remove", "--force", OTHER)


def assert_refused_when_looked_at(lab: Lab, *machines: str) -> None:
    with running(lab) as run:
        assert run.end() == 4
        assert run.errors() == {("facts", name): "MACHINE" for name in machines}


def marks(lab: Lab) -> dict[str, str]:
    return {name: lab.on(name, IS_MARKED).strip() for name in lab.machines()}


def test_a_changed_profile_recreates_only_the_affected_machines(fresh: Maker, tmp_path: Path) -> None:
    machines: dict[str, Any] = {"workers": 1}
    lab = fresh("changing", machines=machines, kubernetes=REFUSING)
    assert_refused_when_looked_at(lab, "kubmaster", "kubnode1")
    for name in ("kubmaster", "kubnode1"):
        lab.on(name, MARK)

    machines["control_plane_name"] = "first"
    renamed = fresh("changing", machines=machines, kubernetes=REFUSING)
    asked = renamed._run(renamed.command("up", str(renamed.profile)), check=False, timeout=300)
    assert asked.returncode == 2
    assert "Destroy 1 machine (kubmaster)? Nobody can answer here." in asked.stderr
    assert marks(lab) == {"kubmaster": "marked", "kubnode1": "marked"}
    assert_refused_when_looked_at(renamed, "first", "kubnode1")
    assert marks(renamed) == {"first": "new", "kubnode1": "marked"}
    assert not list(lab.folder.glob(".vagrant/machines/kubmaster/*/id"))

    renamed.on("first", MARK)
    with another_box(lab, tmp_path) as box:
        boxed = fresh("changing", machines={**machines, "box": box})
        with running(boxed) as run:
            begun: set[tuple[str, str]] = set()
            awaited = {(step, name) for step in ("facts", "base") for name in ("first", "kubnode1")}
            for event in run:
                begun |= {place(event)} if event["event"] == "TaskStarted" else set()
                if awaited <= begun:
                    break
            run.signal(signal.SIGINT)
            assert run.end() == 130
        assert run.said_that(f"'{box}'")
        assert marks(boxed) == {"first": "new", "kubnode1": "new"}

        # by now something is installed, so the change is refused
        late = fresh("changing", machines={"workers": 0})
        refused = late._run(late.command("up", str(late.profile), "--yes"), check=False, timeout=300)
        assert (refused.returncode, "PROFILE-CHANGED" in refused.stderr) == (2, True)
        assert marks(boxed) == {"first": "new", "kubnode1": "new"}
        lab.kubetui("destroy", lab.name, "--yes")
