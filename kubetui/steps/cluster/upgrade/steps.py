"""The steps of an upgrade: look, save, every API server, then one kubelet after the other, and the proof.

Kubelets go last, because none may be newer than the API server that it asks (kubernetes.io, "Version Skew Policy").
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from kubetui.base.errors import RunError
from kubetui.base.files import write_private
from kubetui.base.scripts import script, typed
from kubetui.engine.events import Outcome
from kubetui.engine.recipe import follow_recipe, probe, unit_name
from kubetui.engine.step import Recipe, Step, Task, Teaching, Where, WorkState, no_recipe
from kubetui.profile.files import file as profilefile
from kubetui.profile.machine import Machine, Role
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.steps.cluster.backup import save as backup
from kubetui.steps.cluster.draining import drain_typed, there
from kubetui.steps.cluster.init import KUBECONFIG_STEP, POD_NETWORK
from kubetui.steps.cluster.libraries import ETCD
from kubetui.steps.cluster.upgrade.kubeadm import of_first, of_node
from kubetui.steps.cluster.upgrade.machine import take_turn, works
from kubetui.steps.machine.start import CONNECT, FACTS, START
from kubetui.steps.node.containers import PULL_IMAGES
from kubetui.steps.node.packages import INSTALL_SECONDS, PACKAGE_REPOSITORY, RUNTIME
from kubetui.steps.node.repositories import version_pattern

LOOK_SCRIPT: Final = ETCD + script(__package__, "look.sh")
SAVE_APPLY: Final = backup.SNAPSHOT + script(__package__, "save.sh")
SAVE_PROBE: Final = script(__package__, "saved.sh")
TOOL_APPLY: Final = script(__package__, "tool-apply.sh")
TOOL_PROBE: Final = script(__package__, "tool-probe.sh")
_SOURCE: Final = "kubernetes.io, Upgrading kubeadm clusters"


async def _facts(task: Task) -> Outcome:
    outcome = await FACTS.run(task)
    # it has asked every step's probe, and the answers change on the way
    task.run.forget(task.machine)
    return outcome


async def _fits(task: Task) -> Outcome:
    """Refuse a runtime that the version does not work with: it is not exchanged under the pods that it runs."""
    look = task.recipe().probe
    found = await probe(task, look) if look else None
    if found is not None and found.state is not WorkState.DONE:
        runtime = task.plan.runtime
        own = f" {runtime.title} has packages of its own for each minor version." if runtime.repository else ""
        raise RunError(
            f"The runtime of {task.machine.name} does not go with Kubernetes {task.plan.version}: {found.detail}.{own}",
            fix="Build another cluster with that version, and move what runs on this one.",
            id="UPGRADE-RUNTIME",
        )
    return Outcome.UNCHANGED


async def _look(task: Task) -> Outcome:
    plan = task.plan
    values = {
        "FIRST": task.machine.name,
        "FORCED": "1" if plan.leaving.forced else "",
        "MINOR": str(plan.minor[1]),
    }
    command = Command(LOOK_SCRIPT, values, timeout=300)
    done = await task.node.carry_out(unit_name(task, command), command, task.log)
    if not done.ok:
        raise RunError(
            f"{plan.profile.name} is not fit for an upgrade: {done.last.removeprefix('error: ')}.",
            fix="Mend that first, then run the same command again.",
            id="UPGRADE-UNFIT",
        )
    await works(task, plan.machines)
    return Outcome.UNCHANGED


def _save(plan: Plan, _machine: Machine) -> Recipe:
    kept = {"KEPT": place(plan)}
    values = {"CRI_SOCKET": plan.runtime.socket, **kept}
    return Recipe(Command(SAVE_APPLY, values, timeout=900), Command(SAVE_PROBE, kept))


async def _begin(task: Task) -> Outcome:
    """Save etcd; from here on the cluster is changed, so that only an upgrade to the same version may go on."""
    write_private(task.run.cluster.upgrade, profilefile.dump(task.plan.profile))
    return await follow_recipe(task)


def place(plan: Plan) -> str:
    """Return where the first control plane keeps etcd as it was before an upgrade."""
    return f"/var/lib/kubetui/etcd-before-{plan.version}.db"


def _tool(plan: Plan, machine: Machine) -> Recipe:
    values = {"PATTERN": version_pattern(plan), "VERSION": plan.version}
    library = machine.family.library
    return Recipe(Command(library + TOOL_APPLY, values, timeout=INSTALL_SECONDS), Command(library + TOOL_PROBE, values))


def _installing(plan: Plan, machine: Machine, *names: str) -> str:
    words = machine.family.typed
    pinned = (f"{name}{words.at}{version_pattern(plan)}" for name in names)
    return f"{words.pinned} {typed(*pinned)}"


def _taking_turn(plan: Plan, machine: Machine) -> tuple[str, ...]:
    return (
        *(("kubeadm upgrade node",) if machine.role is Role.WORKER else ()),
        drain_typed(plan, machine),
        _installing(plan, machine, "kubelet", "kubeadm", "kubectl"),
        "systemctl daemon-reload",
        "systemctl restart kubelet",
        there(plan, typed("kubectl", "uncordon", machine.name)),
    )


_STARTED: Final = replace(CONNECT, needs=(START,))
_LOOKED_AT: Final = replace(FACTS, needs=(_STARTED,), run=_facts)
_FITTING: Final = replace(
    RUNTIME,
    title="Check the runtime",
    why="A runtime that is too old for the new version would have to be exchanged under its pods; kubetui does not.",
    needs=(_LOOKED_AT,),
    run=_fits,
    turn=None,
    teaches=Teaching(concepts=("runtime", "cri"), none="It only looks at the runtime."),
)
LOOK = Step(
    name="upgrade-look",
    title="See whether the cluster is fit",
    why="An upgrade of a cluster that is ill makes it worse: nodes, etcd, and who asks for APIs that go away.",
    source=f"{_SOURCE}; Kubernetes Deprecation Policy",
    where=Where.FIRST,
    needs=(_LOOKED_AT, _FITTING),
    recipe=no_recipe,
    run=_look,
    looks=True,
    teaches=Teaching(concepts=("version-skew", "etcd", "readiness"), none="It only looks at the cluster."),
)
SAVE = Step(
    name="upgrade-save",
    title="Save etcd",
    why="etcd's file of a newer version cannot be read by an older one: this is the way back.",
    source="kubernetes.io, Operating etcd clusters for Kubernetes: Backing up an etcd cluster",
    where=Where.FIRST,
    needs=(LOOK,),
    recipe=_save,
    run=_begin,
    teaches=Teaching(
        commands=lambda _plan, _machine: (backup.TYPED,),
        concepts=("etcd",),
        changes=lambda plan, _machine: (f"file {place(plan)}",),
    ),
)
_REPOSITORY: Final = replace(PACKAGE_REPOSITORY, needs=(SAVE,))
TOOL = Step(
    name="upgrade-kubeadm",
    title="Install the new kubeadm",
    why="The new kubeadm knows how to change what the old one made; the kubelet stays as it is for now.",
    source=_SOURCE,
    where=Where.EVERY,
    needs=(_REPOSITORY,),
    recipe=_tool,
    run=follow_recipe,
    teaches=Teaching(
        commands=lambda plan, machine: (_installing(plan, machine, "kubeadm"), *machine.family.typed.held("kubeadm")),
        concepts=("kubeadm", "package-hold"),
        changes=lambda _plan, _machine: ("package kubeadm",),
    ),
)
_IMAGES: Final = replace(PULL_IMAGES, needs=(TOOL,))
FIRST_API = Step(
    name="upgrade-first",
    title="kubeadm upgrade apply",
    why="The first control plane gets the new API server, controllers and etcd, each only once the one before it runs.",
    source=f"{_SOURCE}: Upgrading control plane nodes",
    where=Where.FIRST,
    needs=(_IMAGES,),
    recipe=of_first,
    run=follow_recipe,
    teaches=Teaching(
        commands=lambda plan, _machine: tuple(
            f"kubeadm upgrade {words}" for words in (f"plan v{plan.version}", f"apply v{plan.version} --yes")
        ),
        concepts=("control-plane", "static-pod", "kubeadm", "certificates"),
        changes=lambda _plan, _machine: ("folder /etc/kubernetes: manifests and certificates",),
    ),
)
OTHER_APIS = Step(
    name="upgrade-control-plane",
    title="kubeadm upgrade node",
    why="One API server after the other, so that the others answer meanwhile and etcd keeps its quorum.",
    source=f"{_SOURCE}: Upgrading control plane nodes",
    where=Where.OTHERS,
    needs=(_IMAGES, FIRST_API),
    recipe=of_node,
    run=follow_recipe,
    in_turn=True,
    teaches=Teaching(
        commands=lambda _plan, _machine: ("kubeadm upgrade node",),
        concepts=("control-plane", "etcd-quorum", "kubeadm"),
        changes=lambda _plan, _machine: ("folder /etc/kubernetes: manifests and certificates",),
    ),
)
_KUBECONFIG: Final = replace(KUBECONFIG_STEP, needs=(FIRST_API,))
_NETWORK: Final = replace(POD_NETWORK, needs=(FIRST_API, OTHER_APIS), turn=None)
_machine = partial(
    Step,
    recipe=no_recipe,
    run=take_turn,
    in_turn=True,
    teaches=Teaching(
        commands=_taking_turn,
        concepts=("kubelet", "drain", "version-skew"),
        changes=lambda _plan, _machine: ("packages kubelet and kubectl", "folder /var/lib/kubelet"),
    ),
)
FIRST_KUBELET = _machine(
    name="upgrade-first-kubelet",
    title="Upgrade the first control plane's kubelet",
    why="Its pods go elsewhere first; the static pods of the control plane stay.",
    source=f"{_SOURCE}: Upgrade kubelet and kubectl",
    where=Where.FIRST,
    needs=(FIRST_API, OTHER_APIS, _KUBECONFIG, _NETWORK),
)
OTHER_KUBELETS = _machine(
    name="upgrade-control-plane-kubelet",
    title="Upgrade a control plane's kubelet",
    why="No kubelet may be newer than the API server that it asks: by now they all are new.",
    source="kubernetes.io, Version Skew Policy",
    where=Where.OTHERS,
    needs=(FIRST_KUBELET,),
)
WORKERS = _machine(
    name="upgrade-worker",
    title="Upgrade the worker",
    why="Its pods go to the other workers, as their disruption budgets allow, and may come back once it is new.",
    source="kubernetes.io, Upgrading Linux nodes",
    where=Where.WORKERS,
    needs=(_IMAGES, FIRST_KUBELET, OTHER_KUBELETS),
    several=True,
)
_NEW: Final = (FIRST_KUBELET, OTHER_KUBELETS, WORKERS)
STEPS: Final[tuple[Step, ...]] = (
    START,
    _STARTED,
    _LOOKED_AT,
    _FITTING,
    LOOK,
    SAVE,
    _REPOSITORY,
    TOOL,
    _IMAGES,
    FIRST_API,
    OTHER_APIS,
    _KUBECONFIG,
    _NETWORK,
    *_NEW,
)
"""What brings a cluster to another version, in this order; its check and its proof come after them."""
OWN: Final[tuple[Step, ...]] = (LOOK, SAVE, TOOL, FIRST_API, OTHER_APIS, *_NEW)
"""Those of them that no build has."""
