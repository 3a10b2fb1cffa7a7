"""Checks whether a plan's box is on this host or can be had."""

from __future__ import annotations

from typing import Final

from kubetui.base.check import Check, Status
from kubetui.base.errors import ProfileError
from kubetui.cluster.folder import Cluster, made_by_vagrant
from kubetui.machines.vagrant.catalogue import web
from kubetui.machines.vagrant.catalogue.known import build_command
from kubetui.machines.vagrant.catalogue.web import Answer
from kubetui.machines.vagrant.packaging import stored
from kubetui.machines.vagrant.project import vagrant_home
from kubetui.profile import credentials
from kubetui.profile.credentials import Logins
from kubetui.profile.plan import Plan
from kubetui.profile.schema.boxes import BoxKind

END: Final = "HashiCorp's catalogue ends on 2026-12-31"
_CONNECTION: Final = "Check this host's connection and proxy (https_proxy)."


async def box_check(plan: Plan) -> Check:
    """Check a plan's box; ask the server for one that is not on this host. Raises nothing."""
    versions = versions_here(plan)
    if versions:
        return Check("Box", "ok", f"{plan.box} {', '.join(versions)} is on this host")
    if not asked_for(plan):
        return Check("Box", "ok", "every machine exists, so none is needed")
    if not plan.box:
        message = f"There is no default box for {plan.provider.title}."
        return Check("Box", "failed", message, advice(plan, Answer(found=False)))
    file = plan.profile.machines.box.path if plan.profile.machines.box else None
    if file is not None and not file.is_file():
        return Check("Box", "failed", f"There is no file {file}.", "Correct machines.box, or put the box there.")
    if file is not None:
        return Check("Box", "ok", f"{plan.box} is not on this host yet: Vagrant will add it from {file}")
    return judged(plan, await obtainable(plan))


def versions_here(plan: Plan) -> tuple[str, ...]:
    """Return the versions of a plan's box that are in Vagrant's store; one is enough, unless the profile says which."""
    name, wanted = plan.vagrant_box.name, plan.box_version
    boxes = stored(vagrant_home(), name, plan.provider.name) if name else ()
    found = dict.fromkeys(box.version for box in boxes)
    # a range is Vagrant's to judge
    return tuple(version for version in found if wanted is None or not wanted[0].isdigit() or version == wanted)


def asked_for(plan: Plan) -> bool:
    """Return whether a machine must still be made, from a box that is not on this host."""
    folder = Cluster(plan.profile.name).folder
    missing = any(not made_by_vagrant(folder, machine.name) for machine in plan.machines)
    return plan.provider.makes_machines and not plan.provider.rehearsal and missing and not versions_here(plan)


async def obtainable(plan: Plan) -> Answer:
    """Ask the server of a plan's box whether it has it."""
    source = plan.profile.machines.box
    if not plan.base_box.url:
        return await web.has_box(plan.base_box.name)
    try:
        logins = credentials.known() if plan.base_box.url.count("@") else Logins()
    except ProfileError as error:
        return Answer(None, error.message)
    return await web.head(plan.base_box.url, logins, as_json=source is not None and source.kind is BoxKind.METADATA)


def judged(plan: Plan, answer: Answer) -> Check:
    """Judge the answer of the server that was asked for a plan's box."""
    catalogue = "" if plan.base_box.url else web.catalogue()
    version = f" ({plan.box_version})" if plan.box_version else ""
    absent = f"{plan.box}{version} is not on this host"
    where = catalogue or credentials.plain(plan.base_box.url)
    if answer.found:
        end = f". {END}; a box on this host stays" if catalogue == web.PUBLIC else ""
        return Check("Box", "ok", f"{absent} yet: Vagrant will download it{end}")
    said = "does not have it" if answer.found is False else "could not be asked"
    why = f": {answer.why}" if answer.why else ""
    end = f" {END}." if catalogue == web.PUBLIC else ""
    # without a box of the person's own, kubetui offers to build one before the run
    offers = plan.profile.machines.box is None and build_command(plan) is not None
    status: Status = "failed" if answer.found is False and not offers else "warning"
    return Check("Box", status, f"{absent}, and {where} {said}{why}.{end}", advice(plan, answer))


def advice(plan: Plan, answer: Answer) -> str:
    """Return what to do about a box that cannot be had."""
    first = f"{_CONNECTION} Or build a box" if answer.found is None else "Build a box"
    command = build_command(plan)
    if command is None:
        return f"{_CONNECTION} {_name_one(plan)}" if answer.found is None else _name_one(plan)
    if plan.profile.machines.box is not None:
        return f"{first} ({command}) and leave machines.box out, or name another one."
    return f"{first}: {command}"


def _name_one(plan: Plan) -> str:
    return (
        f"Write a box for {plan.provider.name} into machines.box: OWNER/NAME, or the URL or path of a .box file "
        "or of Vagrant's metadata (.json)."
    )
