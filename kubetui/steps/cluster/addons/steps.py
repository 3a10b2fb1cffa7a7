"""A step for each add-on of the catalogue, one that removes each, and one that clears what removed ones left."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from kubetui.base.scripts import script, typed, written
from kubetui.cluster.tables import ADMIN
from kubetui.engine.recipe import follow_recipe
from kubetui.engine.step import Recipe, Step, Teaching, Where
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.software.addons import CATALOGUE, AddOn
from kubetui.software.addons.storage import STORAGE
from kubetui.steps.cluster.init import INIT_STEP, POD_NETWORK
from kubetui.steps.cluster.join import JOIN_STEP
from kubetui.steps.cluster.join_control_plane import JOIN_CONTROL_PLANE
from kubetui.steps.cluster.registry.steps import KNOWN, forgetting
from kubetui.steps.cluster.serving.steps import signing, withdrawing
from kubetui.steps.cluster.vip.steps import answering

FOLDER: Final = "/etc/kubernetes/kubetui/addons"
ADDONS: Final = ADMIN + script(__package__, "addons.sh")
CERTIFICATE: Final = script(__package__, "certificate.sh")
APPLY: Final = script(__package__, "apply.sh")
PROBE: Final = script(__package__, "probe.sh")
REMOVE: Final = script(__package__, "remove.sh")
REMOVE_PROBE: Final = ADDONS + script(__package__, "remove-probe.sh")
_CLEAR: Final = script(__package__, "clear.sh")
CLEAR_APPLY: Final = _CLEAR + script(__package__, "clear-apply.sh")
CLEAR_PROBE: Final = _CLEAR + script(__package__, "clear-probe.sh")
SERVING, APPROVED = signing((INIT_STEP, JOIN_CONTROL_PLANE, JOIN_STEP))


def _installed(addon: AddOn, plan: Plan, _machine: Machine) -> Recipe:
    if addon.manifest is None or addon.name not in plan.addons:
        return Recipe()
    values = {
        "MANIFEST": addon.manifest(plan.addons[addon.name]),
        "NAME": addon.name,
        "SERVICE": addon.service,
        "SETTINGS": addon.settings(plan.addons[addon.name]) if addon.settings else "",
        "WORKLOADS": "\n".join(map(str, addon.workloads)),
    }
    library = ADDONS + CERTIFICATE + addon.answers
    return Recipe(Command(library + APPLY, values, timeout=900), Command(library + PROBE, values))


def _commands(addon: AddOn, _plan: Plan, _machine: Machine) -> tuple[str, ...]:
    file = f"{FOLDER}/{addon.name}.yaml.new"
    return (written(file), typed("kubectl", "apply", f"--filename={file}"))


def _changed(addon: AddOn, _plan: Plan, _machine: Machine) -> tuple[str, ...]:
    return (f"the objects of {addon.title} in the cluster", f"file {FOLDER}/{addon.name}.yaml")


def _step(addon: AddOn, *before: Step) -> Step:
    return Step(
        name=f"addon-{addon.name}",
        title=f"Install {addon.title}",
        why=addon.why,
        source=addon.page,
        where=Where.FIRST,
        needs=(POD_NETWORK, JOIN_CONTROL_PLANE, JOIN_STEP, *before),
        recipe=partial(_installed, addon),
        run=follow_recipe,
        wanted=lambda plan: addon.name in plan.addons,
        teaches=Teaching(commands=partial(_commands, addon), concepts=addon.concepts, changes=partial(_changed, addon)),
    )


def _goes(addon: AddOn, plan: Plan) -> bool:
    return any(each.name == addon.name for each in plan.dropped)


def _removed(addon: AddOn, plan: Plan, _machine: Machine) -> Recipe:
    if not _goes(addon, plan):
        return Recipe()
    values = {"NAME": addon.name}
    return Recipe(
        Command(ADDONS + addon.guard + addon.leaves + REMOVE, values, timeout=600), Command(REMOVE_PROBE, values)
    )


def _removal(addon: AddOn, *before: Step) -> Step:
    file = f"{FOLDER}/{addon.name}.yaml"
    return Step(
        name=f"remove-{addon.name}",
        title=f"Remove {addon.title}",
        why="What made an add-on's objects also says which they are: kubectl deletes exactly those.",
        source=addon.page,
        where=Where.FIRST,
        needs=(INIT_STEP, *before),
        recipe=partial(_removed, addon),
        run=follow_recipe,
        wanted=partial(_goes, addon),
        teaches=Teaching(
            commands=lambda _plan, _machine: (
                typed("kubectl", "delete", f"--filename={file}", "--ignore-not-found", "--cascade=foreground"),
                typed("rm", "-f", file, f"{file}.new"),
            ),
            concepts=addon.concepts,
            changes=lambda _plan, _machine: (f"the objects of {addon.title} are gone", f"file {file} is gone"),
        ),
    )


def _needed(addon: AddOn) -> Iterator[Step]:
    if addon.kubelets_signed:
        yield APPROVED
    if addon.volumes:
        yield _STORAGE
    if addon.port:
        yield KNOWN


_OTHERS: Final = tuple(each for each in CATALOGUE.values() if each.manifest and each is not STORAGE)
_STORAGE: Final = _step(STORAGE)
INSTALLING: Final = (_STORAGE, *(_step(each, *_needed(each)) for each in _OTHERS), answering((JOIN_CONTROL_PLANE,)))
_REMOVALS: Final = {each: _removal(each) for each in _OTHERS}
REMOVING: Final = (
    *_REMOVALS.values(),
    # while a claim is there, its volume has to be taken away by what made it
    _removal(STORAGE, *(step for addon, step in _REMOVALS.items() if addon.volumes)),
)
FORGET_REGISTRY: Final = forgetting(REMOVING)


def _cleared(plan: Plan, _machine: Machine) -> Recipe:
    if not plan.dropped:
        return Recipe()
    needed = {*plan.addon_images, *plan.pod_network.images(plan.cluster_network)}
    images = [image for each in plan.dropped for image in each.addon.images(plan.brief(each)) if image not in needed]
    values = {
        "FOLDERS": "\n".join(folder for each in plan.dropped for folder in each.addon.folders),
        "IMAGES": "\n".join(dict.fromkeys(images)),
    }
    return Recipe(Command(CLEAR_APPLY, values), Command(CLEAR_PROBE, values))


CLEAR: Final = Step(
    name="clear-addons",
    title="Clear what add-ons left",
    why="Folders and images on the nodes are no objects of the cluster: nobody deletes them with an add-on.",
    source="kubernetes.io, Garbage Collection: Containers and images",
    where=Where.EVERY,
    needs=REMOVING,
    recipe=_cleared,
    run=follow_recipe,
    wanted=lambda plan: bool(plan.dropped),
    teaches=Teaching(
        none="It removes the folders that are empty and the images that no container uses, where there are any.",
        concepts=("image",),
    ),
)
WITHDRAWN, FORGOTTEN = withdrawing(REMOVING)
