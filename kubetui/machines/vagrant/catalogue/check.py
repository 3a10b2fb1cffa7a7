"""Checks whether a plan's boxes are on this host or can be had."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from kubetui.base.check import Check, Status
from kubetui.base.errors import ProfileError
from kubetui.base.redaction import url_user
from kubetui.cluster.folder import Cluster, made_by_vagrant
from kubetui.machines.vagrant.catalogue import web
from kubetui.machines.vagrant.catalogue.known import build_command
from kubetui.machines.vagrant.catalogue.web import Answer
from kubetui.machines.vagrant.packaging import usable
from kubetui.machines.vagrant.project import vagrant_home
from kubetui.profile import credentials
from kubetui.profile.credentials import Logins
from kubetui.profile.plan import Plan
from kubetui.profile.schema.boxes import VagrantBox

END: Final = "HashiCorp's catalogue ends on 2026-12-31"
_CONNECTION: Final = "Check this host's connection and proxy (https_proxy)."


@dataclass(frozen=True, slots=True)
class Need:
    """A box that machines of a plan start from. `named` says that the profile names it."""

    plan: Plan
    box: VagrantBox
    version: str | None
    named: bool


def needs(plan: Plan) -> tuple[Need, ...]:
    """Return every box of a plan, the one that most machines share first; none where no machine starts from a box."""
    if not plan.provider.starts_from_box:
        return ()
    boxes = dict.fromkeys(((plan.vagrant_box, plan.box_version), *map(plan.box_of, plan.machines)))
    common = plan.profile.machines.box is not None
    used = {plan.box_of(machine) for machine in plan.machines}
    return tuple(
        Need(plan, box, version, common or box != plan.vagrant_box) for box, version in boxes if (box, version) in used
    )


async def box_checks(plan: Plan) -> tuple[Check, ...]:
    """Check a plan's boxes; ask the server for one that is not on this host. Raises nothing."""
    return tuple(await asyncio.gather(*map(_box_check, needs(plan))))


async def _box_check(need: Need) -> Check:
    box, plan = need.box, need.plan
    versions = versions_here(need)
    if versions:
        return Check("Box", "ok", f"{box} {', '.join(versions)} is on this host")
    if not is_missing(need):
        return Check("Box", "ok", "every machine exists, so none is needed")
    if not str(box):
        message = f"There is no default box for {plan.provider.title}."
        return Check("Box", "failed", message, advice(need, Answer(found=False)))
    if box.file is None:
        return judged(need, await obtainable(need))
    if box.file.is_file():
        return Check("Box", "ok", f"{box} is not on this host yet: Vagrant will add it from {box.file}")
    return Check("Box", "failed", f"There is no file {box.file}.", "Correct machines.box, or put the box there.")


def versions_here(need: Need) -> tuple[str, ...]:
    """Return the versions of a box that are in Vagrant's store; one is enough, unless the profile says which."""
    boxes = usable(vagrant_home(), need.box.name, need.plan.provider.name, need.version)
    return tuple(dict.fromkeys(box.version for box in boxes))


def is_missing(need: Need) -> bool:
    """Return whether a machine must still be made, from a box that is not on this host."""
    plan, folder = need.plan, Cluster(need.plan.profile.name).folder
    users = [machine for machine in plan.machines if plan.box_of(machine) == (need.box, need.version)]
    unmade = any(not made_by_vagrant(folder, machine.name) for machine in users)
    return unmade and not versions_here(need)


async def obtainable(need: Need) -> Answer:
    """Ask the server of a box whether it has it."""
    url = need.box.url
    if not url:
        return await web.has_box(need.box.name)
    try:
        logins = credentials.known() if url_user(url) else Logins()
    except ProfileError as error:
        return Answer(None, error.message)
    return await web.head(url, logins, as_json=urlsplit(url).path.endswith(".json"))


def judged(need: Need, answer: Answer) -> Check:
    """Judge the answer of the server that was asked for a box."""
    catalogue = "" if need.box.url else web.catalogue()
    version = f" ({need.version})" if need.version else ""
    absent = f"{need.box}{version} is not on this host"
    where = catalogue or credentials.plain(need.box.url)
    if answer.found:
        end = f". {END}; a box on this host stays" if catalogue == web.PUBLIC else ""
        return Check("Box", "ok", f"{absent} yet: Vagrant will download it{end}")
    said = "does not have it" if answer.found is False else "could not be asked"
    why = f": {answer.why}" if answer.why else ""
    end = f" {END}." if catalogue == web.PUBLIC else ""
    # without a box of the person's own, kubetui offers to build one before the run
    offers = not need.named and build_command(need.plan) is not None
    status: Status = "failed" if answer.found is False and not offers else "warning"
    return Check("Box", status, f"{absent}, and {where} {said}{why}.{end}", advice(need, answer))


def name_a_box(provider: str) -> str:
    """Return what to do where a provider has no box of its own."""
    return (
        f"Write a box for {provider} into machines.box: OWNER/NAME, or the URL or path of a .box file or of Vagrant's "
        "metadata (.json)."
    )


def advice(need: Need, answer: Answer) -> str:
    """Return what to do about a box that cannot be had."""
    first = f"{_CONNECTION} Or build a box" if answer.found is None else "Build a box"
    command = build_command(need.plan)
    if command is None:
        name_one = name_a_box(need.plan.provider.name)
        return f"{_CONNECTION} {name_one}" if answer.found is None else name_one
    if need.named:
        return f"{first} ({command}) and leave this one out of the profile, or name another."
    return f"{first}: {command}"
