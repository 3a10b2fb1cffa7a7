"""`kubetui addon`: the cluster's own profile with an add-on more, or with one less."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubetui.base.errors import ExitCode, UsageError
from kubetui.base.text import did_you_mean
from kubetui.cli.clusters import run, settled
from kubetui.cli.language.formats import Form, Table, write_document, write_table
from kubetui.cli.options import UpOptions
from kubetui.cluster.folder import existing
from kubetui.operations import addons
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.addons import Chosen
from kubetui.profile.schema.profile import Profile
from kubetui.software.addons import CATALOGUE


def show(name: str, form: Form) -> int:
    """List the add-ons; see `cli.extras.commands.list_addons`."""
    cluster = existing(name)
    states = addons.states(cluster, profilefile.load_built(cluster))
    if form.document:
        entries = [{"name": each.name, "title": each.title, "state": states[each.name]} for each in CATALOGUE.values()]
        write_document({"cluster": name, "addons": entries}, form)
        return ExitCode.OK
    rows = [(each.name, states[each.name], each.summary, each.title) for each in CATALOGUE.values()]
    write_table(Table(("ADDON", "STATE", "WHAT IT IS FOR", "TITLE"), rows, more=1), form)
    return ExitCode.OK


def add(name: str, entry: Mapping[str, Any], options: UpOptions) -> int:
    """Install an add-on, as an `entry` of a profile's list has it; see `cli.extras.commands.add_addon`."""
    built = _built(name)
    # not checked here: the whole profile is, and then a message names the field
    chosen = Chosen.model_construct(**entry)
    others = tuple(each for each in built.addons if each.name != chosen.name)
    wanted = _with(built, (*others, chosen))
    if others == built.addons:
        return run(settled(wanted, options), name, options)
    if {*wanted.addons} != {*built.addons}:
        raise UsageError(
            f"{name} has the add-on {chosen.name} already, with other values.",
            fix=f"To change them: kubetui addon remove {name} {chosen.name}, then add it again.",
        )
    return run(settled(built, options), name, options)


def remove(name: str, addon: str, options: UpOptions) -> int:
    """Remove an add-on; see `cli.extras.commands.remove_addon`."""
    built = _built(name)
    there = addons.states(existing(name), built)
    if there.get(addon, addons.ABSENT) == addons.ABSENT:
        names = [each for each, state in there.items() if state != addons.ABSENT]
        fix = did_you_mean(addon, names) if names else f"It has none; see: kubetui addon list {name}"
        raise UsageError(f"{name} has no add-on {addon[:60]}.", fix=fix)
    if CATALOGUE[addon].endpoint:
        raise UsageError(
            f"{addon} stays: kubeadm writes the API's address into certificates and kubeconfigs as it makes a cluster.",
            fix="Build another cluster without it.",
        )
    return run(
        settled(_with(built, tuple(each for each in built.addons if each.name != addon)), options), name, options
    )


def _built(name: str) -> Profile:
    return profilefile.load_built(existing(name))


def _with(built: Profile, chosen: tuple[Chosen, ...]) -> Profile:
    """Return a profile with these add-ons. Raises ProfileError that says what its rules do not allow."""
    changed = built.model_copy(update={"addons": chosen})
    return profilefile.parse(profilefile.dump(changed), built.name)
