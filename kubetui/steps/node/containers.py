"""Steps that configure the container runtime, and pull images before anything waits for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kubetui.base.scripts import script
from kubetui.engine.recipe import follow_recipe
from kubetui.engine.step import Recipe, Step, Where
from kubetui.profile.credentials import plain
from kubetui.profile.machine import Machine, Role
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.steps import kubeadm
from kubetui.steps.node import proxy, taught
from kubetui.steps.node.libraries import IMAGES
from kubetui.steps.node.packages import KUBERNETES_PACKAGES, RUNTIME

CONFIGURE: Final = IMAGES + proxy.SHELL + script(__package__, "configure.sh")
CONFIGURE_PROBE: Final = script(__package__, "configure-probe.sh")
CONFIGURE_APPLY: Final = script(__package__, "configure-apply.sh")
PULL: Final = IMAGES + script(__package__, "pull.sh")
PULL_PROBE: Final = PULL + script(__package__, "pull-probe.sh")
OWN: Final = PULL + "wanted\n"
PULL_APPLY: Final = PULL + script(__package__, "pull-apply.sh")


def _configure(plan: Plan, machine: Machine) -> Recipe:
    runtime = plan.runtime
    confined = machine.family.selinux and plan.profile.machines.selinux == "enforcing"
    values = {
        "CLUSTER": kubeadm.render([kubeadm.cluster_configuration(plan)]),
        **(runtime.confining if confined else runtime.configuration),
        **runtime.by_mirrors({**plan.registry_mirrors, **plan.own_registries}),
        "CRICTL": runtime.crictl,
        "SERVICE": runtime.unit,
        "PROXY": proxy.environment(plan),
        "REGISTRIES": plan.logins.registries(plan.profile.mirrors.registries) if runtime.mirror else "",
    }
    functions = runtime.library + CONFIGURE
    return Recipe(
        Command(functions + runtime.prepare + CONFIGURE_APPLY, values),
        Command(functions + CONFIGURE_PROBE + runtime.prepared, values),
    )


RUNTIME_CONFIG = Step(
    name="runtime-config",
    title="Configure the runtime",
    why="The runtime and the kubelet must use the same cgroup driver, systemd's, and agree on the pause image.",
    source="kubernetes.io, Container Runtimes: Configuring the systemd cgroup driver",
    where=Where.EVERY,
    needs=(RUNTIME, KUBERNETES_PACKAGES),
    recipe=_configure,
    run=follow_recipe,
    teaches=taught.RUNTIME_CONFIG,
)


def own_images(plan: Plan) -> Command:
    """Return the command that prints the images which the cluster itself needs, one a line, on any of its machines."""
    return Command(OWN, _wanted(plan, worker=False))


def _wanted(plan: Plan, *, worker: bool) -> Mapping[str, str]:
    return {
        "CLUSTER": kubeadm.render([kubeadm.cluster_configuration(plan)]),
        "EXTRA": "\n".join((*plan.pod_network.images(plan.cluster_network), *plan.addon_images)),
        "ROLE": "worker" if worker else "control-plane",
    }


def _pull(plan: Plan, machine: Machine) -> Recipe:
    worker = machine.role is Role.WORKER
    values = _wanted(plan, worker=worker)
    mirrors = plan.profile.mirrors.registries
    more = {
        "IMAGES": plan.runtime.images,
        # the images compressed and unpacked, in MiB
        "ROOM": "350" if worker else "900",
        "MIRRORS": "\n".join(f"{registry} {plain(url)}" for registry, url in mirrors.items()),
    }
    return Recipe(Command(PULL_APPLY, {**values, **more}, timeout=3600), Command(PULL_PROBE, values))


PULL_IMAGES = Step(
    name="images",
    title="Pull images",
    why="With the images there, kubeadm's own time limits measure the cluster and not the network.",
    source="kubernetes.io, Creating a cluster with kubeadm: Preparing the required container images",
    where=Where.EVERY,
    needs=(RUNTIME_CONFIG,),
    recipe=_pull,
    run=follow_recipe,
    teaches=taught.IMAGES,
)
