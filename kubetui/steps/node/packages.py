"""Steps that install packages: the base packages, the container runtime and Kubernetes."""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script
from kubetui.engine.recipe import follow_recipe
from kubetui.engine.step import Recipe, Step, Where
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command, Value
from kubetui.steps.machine.claim import CLAIM
from kubetui.steps.machine.clock import CLOCK
from kubetui.steps.machine.proxy import packages_configuration
from kubetui.steps.machine.redhat.steps import FIREWALL, SELINUX
from kubetui.steps.machine.system import HOST_NAMES, MODULES, SWAP, TRUST
from kubetui.steps.node import archive, byhand, proxy, taught
from kubetui.steps.node.libraries import FETCH
from kubetui.steps.node.repositories import (
    kubernetes_repository,
    runtime_repository,
    upstream_repository,
    version_pattern,
)

INSTALL_SECONDS = 1800.0
BASE_PROBE: Final = script(__package__, "base-probe.sh")
BASE_APPLY: Final = script(__package__, "base-apply.sh")
REPOSITORY: Final = script(__package__, "repository.sh")
"""Defines `repository`, which adds one once its key was checked."""
REPOSITORY_PROBE: Final = script(__package__, "repository-probe.sh")
REPOSITORY_APPLY: Final = REPOSITORY + script(__package__, "repository-apply.sh")
RUNTIME_LIBRARY: Final = script(__package__, "runtime.sh")
RUNTIME_PROBE: Final = script(__package__, "runtime-probe.sh")
RUNTIME_APPLY: Final = script(__package__, "runtime-apply.sh")
KUBERNETES_PROBE: Final = proxy.SHELL + script(__package__, "kubernetes-probe.sh")
KUBERNETES_APPLY: Final = proxy.SHELL + script(__package__, "kubernetes-apply.sh")


def _base(plan: Plan, machine: Machine) -> Recipe:
    family = machine.family
    values = {"NAMES": family.called(family.base), "PACKAGES_PROXY": packages_configuration(plan, family)}
    return Recipe(
        Command(family.library + BASE_APPLY, values, timeout=INSTALL_SECONDS),
        Command(family.library + BASE_PROBE, values),
    )


BASE_PACKAGES = Step(
    name="base",
    title="Install base packages",
    why="curl and gnupg fetch and check the Kubernetes repository; kubeadm looks for conntrack, socat and others.",
    source="kubernetes.io, Installing kubeadm",
    where=Where.EVERY,
    needs=(CLOCK, CLAIM, TRUST, HOST_NAMES),
    recipe=_base,
    run=follow_recipe,
    teaches=taught.BASE,
)


def _runtime(plan: Plan, machine: Machine) -> Recipe:
    family, runtime = machine.family, plan.runtime
    probe, apply = RUNTIME_LIBRARY + RUNTIME_PROBE, RUNTIME_LIBRARY + runtime.guard + RUNTIME_APPLY
    values: dict[str, Value] = {
        "KUBERNETES": "{}.{}".format(*plan.minor),
        "NAMES": family.called(runtime.packages),
        "OLDEST": runtime.oldest_for(plan.minor),
        "SERVICE": runtime.unit,
        "SOURCE": "distribution",
        "UPSTREAM": "",
        "EXCHANGE": "yes" if plan.provider.makes_machines else "",
    }
    if runtime.archive:
        values |= archive.values(plan, runtime.archive)
        probe, apply = archive.PROBE + probe, archive.APPLY + apply
    if runtime.upstream:
        values |= upstream_repository(plan, runtime.upstream, family).values(plan)
        values |= {
            "SOURCE": plan.profile.kubernetes.runtime_packages,
            "UPSTREAM": family.called(runtime.upstream.packages),
        }
        apply = REPOSITORY + apply
    elif runtime.repository:
        values |= {**runtime_repository(plan, family).values(plan), "SOURCE": "repository"}
        probe, apply = REPOSITORY_PROBE + probe, REPOSITORY_APPLY + apply
    return Recipe(
        Command(family.library + FETCH + apply, values, timeout=INSTALL_SECONDS),
        Command(family.library + probe, values),
    )


RUNTIME = Step(
    name="runtime",
    title="Install the runtime",
    why="The kubelet asks a container runtime to run pods. Since Kubernetes 1.24 it no longer talks to Docker itself.",
    source="kubernetes.io, Container Runtimes",
    where=Where.EVERY,
    needs=(BASE_PACKAGES, SELINUX, FIREWALL),
    recipe=_runtime,
    run=follow_recipe,
    teaches=taught.RUNTIME,
    turn=byhand.RUNTIME,
)


def _repository(plan: Plan, machine: Machine) -> Recipe:
    values = kubernetes_repository(plan, machine.family).values(plan)
    return Recipe(
        Command(machine.family.library + FETCH + REPOSITORY_APPLY, values, timeout=600),
        Command(machine.family.library + REPOSITORY_PROBE, values),
    )


PACKAGE_REPOSITORY = Step(
    name="repository",
    title="Add the Kubernetes package repository",
    why="Each minor version of Kubernetes has its own repository; only packages that its key has signed are accepted.",
    source="kubernetes.io, Installing kubeadm: Installing kubeadm, kubelet and kubectl",
    where=Where.EVERY,
    needs=(BASE_PACKAGES, RUNTIME),
    recipe=_repository,
    run=follow_recipe,
    teaches=taught.REPOSITORY,
)


def _kubernetes(plan: Plan, machine: Machine) -> Recipe:
    values = {
        "SERVICE": "kubelet",
        "VERSION": plan.version,
        "PATTERN": version_pattern(plan),
        "PROXY": proxy.environment(plan),
    }
    return Recipe(
        Command(machine.family.library + KUBERNETES_APPLY, values, timeout=INSTALL_SECONDS),
        Command(machine.family.library + KUBERNETES_PROBE, values),
    )


KUBERNETES_PACKAGES = Step(
    name="kubernetes",
    title="Install kubelet, kubeadm and kubectl",
    why="The kubelet runs pods, kubeadm makes the cluster, kubectl talks to it; all held, so that no upgrade breaks them.",
    source="kubernetes.io, Installing kubeadm: Installing kubeadm, kubelet and kubectl",
    where=Where.EVERY,
    needs=(PACKAGE_REPOSITORY, SWAP, MODULES),
    recipe=_kubernetes,
    run=follow_recipe,
    teaches=taught.PACKAGES,
    turn=byhand.KUBERNETES,
)
