"""Clusters and profiles for the start screen, and what its lists show."""

import json
import os
from typing import Any

from textual.pilot import Pilot

from kubetui.cluster.folder import Cluster
from kubetui.profile.files import file as profilefile
from kubetui.profile.files import library
from kubetui.profile.schema.profile import Machines, Profile
from screens.app import KubetuiApp
from screens.start.panelist import PaneList
from tests.screens.apps import drawn, listed, until
from tests.screens.hosts import NOW, FakeHost


def make(name: str, records: list[dict[str, Any]], age: float, provider: str = "virtualbox") -> None:
    """Create a cluster's folder as a run leaves it."""
    cluster = Cluster(name)
    cluster.create()
    cluster.profile.write_text(profilefile.dump(Profile(name=name, provider=provider)))
    start = {"event": "run", "machines": [], "tasks": 1}
    lines = [{"n": number, "at": NOW - age, **record} for number, record in enumerate([start, *records], 1)]
    cluster.journal.write_text("".join(json.dumps(line) + "\n" for line in lines))
    for path in (cluster.profile, cluster.journal):
        os.utime(path, (NOW - age, NOW - age))


def make_all() -> None:
    make("lab", [{"event": "finish", "ok": True, "stopped": False}], 2 * 86400)
    failed = {"event": "end", "task": "kubnode3/join", "outcome": "failed", "seconds": 1.0}
    make("exam", [failed, {"event": "finish", "ok": False, "stopped": False}], 3700)
    library.save_as(Profile(name="team", machines=Machines(workers=4, memory=4096)), "team")
    (library.saved_folder() / "broken.yaml").write_text("name: [\n")


def app(host: FakeHost) -> KubetuiApp:
    return KubetuiApp(host)


async def chosen(pilot: Pilot[Any], line: str) -> None:
    await listed(pilot)
    rows = next(each for each in pilot.app.screen.query(PaneList) if each.choose(line))
    rows.focus()
    await pilot.pause()


def here(pilot: Pilot[Any]) -> str | None:
    """Return the row that has the focus."""
    return next((each.chosen for each in pilot.app.screen.query(PaneList) if each.has_focus), None)


def marks(pilot: Pilot[Any]) -> list[str]:
    """Return the lines with the mark of the chosen row."""
    return [line for line in drawn(pilot.app).splitlines() if "› " in line]


def ids(pilot: Pilot[Any], list_: str) -> list[str]:
    return [option.id or "" for option in pilot.app.screen.query_one(list_, PaneList).options]


def row(pilot: Pilot[Any], id_: str) -> str:
    options = [option for each in pilot.app.screen.query(PaneList) for option in each.options]
    return next(str(option.prompt) for option in options if option.id == id_)


async def looked(pilot: Pilot[Any]) -> None:
    """Wait until this host has been looked at."""
    await listed(pilot)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def keys(pilot: Pilot[Any]) -> list[str]:
    return [found.binding.description for found in pilot.app.screen.active_bindings.values() if found.binding.show]


async def asked(pilot: Pilot[Any]) -> None:
    """Wait until every cluster that was built has answered."""
    await listed(pilot)
    await until(pilot, lambda: not any(" asking " in row(pilot, id_) for id_ in ids(pilot, "#clusters")))
