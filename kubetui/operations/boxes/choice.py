"""Decides which box a cluster's machines start from, once, and remembers it in the cluster's folder.

The order: the box that the cluster's machines came from, the one that the profile names, one that is on this host
(`catalogue.known.cached`), and the provider's default box, which Vagrant fetches from the catalogue.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from kubetui.base.errors import ForeignError, ProfileError
from kubetui.base.files import write_private
from kubetui.cluster.folder import Cluster, made_by_vagrant
from kubetui.machines.vagrant.catalogue import known, web
from kubetui.machines.vagrant.project import VagrantProject, vagrant_home
from kubetui.operations.boxes import store
from kubetui.profile import authorities, credentials
from kubetui.profile.credentials import Logins
from kubetui.profile.plan import Plan
from kubetui.profile.schema.boxes import BoxKind, BoxSource, VagrantBox, vagrant_box


async def settled(plan: Plan) -> Plan:
    """Return the plan with the box that its machines start from; a prepared one, where the profile wants it.

    Fetches Vagrant's metadata where the profile names it by URL. Raises ProfileError or HostError when it cannot be
    read, or describes no box.
    """
    plan = decided(plan)
    source = plan.profile.machines.box
    if plan.chosen is None and source is not None and source.kind is BoxKind.METADATA and plan.provider.starts_from_box:
        with authorities.trusted(plan.profile):
            plan = replace(plan, chosen=await _described(source))
    return store.planned(plan)


def decided(plan: Plan) -> Plan:
    """Return the plan with the box that this host decides on without asking anyone; raises nothing.

    Undecided stays what only a server can answer.
    """
    if plan.chosen is not None or not plan.provider.starts_from_box:
        return plan
    chosen = recorded(plan)
    source = plan.profile.machines.box
    if chosen is None and source is None:
        name = known.cached(plan, vagrant_home())
        chosen = VagrantBox(name) if name else None
    elif chosen is None and source is not None and source.kind is not BoxKind.METADATA:
        chosen = vagrant_box(source, plan.profile.machines.box_sha256 or "", _stamp(plan))
    return replace(plan, chosen=chosen)


def _stamp(plan: Plan) -> str:
    """Return what changes with a file that has no checksum, so that its old box is not mistaken for it."""
    source = plan.profile.machines.box
    path = source.path if source and not plan.profile.machines.box_sha256 else None
    try:
        status = path.stat() if path else None
    except OSError:
        return ""  # the check of this host says what is wrong with it
    return f"{status.st_size} {status.st_mtime_ns}" if status else ""


async def _described(source: BoxSource) -> VagrantBox:
    if source.path is None:
        logins = credentials.known() if "@" in source.text else Logins()
        text = await web.fetch(source.text, logins)
    else:
        try:
            text = web.read_metadata(source.path)
        except OSError as error:
            fix = "Correct machines.box, or put the file there."
            raise ProfileError(f"{source}: {error.strerror}.", fix=fix, id="BOX-METADATA") from error
    name = web.metadata_name(text)
    if name is None:
        raise ProfileError(
            f"{credentials.plain(source.text)} is not Vagrant's metadata of a box: it is no JSON with a name.",
            fix="Check machines.box. A box itself is named by its .box file.",
            id="BOX-METADATA",
        )
    return replace(vagrant_box(source), name=name)


def _question(plan: Plan) -> dict[str, Any]:
    """Return what a decision answers; another question needs another decision."""
    machines = plan.profile.machines
    return {
        "provider": plan.provider.name,
        "named": str(machines.box or ""),
        "sha256": machines.box_sha256 or "",
        "packages": plan.packages,
    }


def refuse_none(plan: Plan) -> None:
    """Raise ProfileError where there is no box to start a machine from."""
    if not all(plan.box_of(machine)[0].name for machine in plan.machines):
        raise ProfileError(
            f"There is no default box for {plan.provider.title}.",
            fix=f"Write a box for {plan.provider.name} into machines.box.",
            id="BOX-NONE",
        )


def record(cluster: Cluster, plan: Plan) -> None:
    """Remember the box of a cluster. Raises as `refuse_none` does."""
    if not plan.provider.starts_from_box:
        return
    refuse_none(plan)
    document = {**_question(plan), "box": asdict(plan.base_box)}
    write_private(cluster.box, json.dumps(document, indent=2) + "\n")


def recorded(plan: Plan) -> VagrantBox | None:
    """Return the box that a cluster's machines came from; None before the first, and for another question."""
    cluster = Cluster(plan.profile.name)
    if not made_by_vagrant(cluster.folder):
        return None  # another box may do as well
    document = _read(cluster.box)
    if document is None:
        return _of_older(cluster) if plan.profile.machines.box is None else None
    if any(document.get(key) != value for key, value in _question(plan).items()):
        return None
    try:
        return VagrantBox(**document["box"])
    except (KeyError, TypeError):
        return None


def _of_older(cluster: Cluster) -> VagrantBox | None:
    """Return the default box that an older kubetui, which kept no record, started a cluster's machines from."""
    project = VagrantProject(cluster.folder)
    try:
        entries = project.written().get("machines", [])
    except ForeignError:
        return None  # the run itself reports what is wrong with the folder
    names = [entry.get("box", "") for entry in entries if project.knows(entry["name"])]
    return next((VagrantBox(name) for name in names if name and not name.startswith(f"{known.OWNER}/")), None)


def _read(path: Path) -> dict[str, Any] | None:
    """Return the record; None where there is none."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None


def use(plan: Plan, name: str) -> Plan:
    """Return the plan with a box that was just built for it."""
    return store.planned(replace(plan, chosen=VagrantBox(name), prepared=""))
