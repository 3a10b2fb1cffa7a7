"""Prepares the operating system: whom it trusts, host names, swap, kernel."""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script
from kubetui.engine.recipe import follow_recipe
from kubetui.engine.step import Recipe, Step, Where
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.steps.machine import byhand, taught
from kubetui.steps.machine.claim import CLAIM
from kubetui.steps.machine.clock import CLOCK
from kubetui.steps.machine.footprint import HOSTS_MARKS
from kubetui.steps.machine.proxy import packages_configuration
from kubetui.steps.machine.start import FACTS
from kubetui.steps.machine.trust import recipes

HOSTS: Final = HOSTS_MARKS + script(__package__, "hosts.sh")
HOSTS_PROBE: Final = HOSTS + script(__package__, "hosts-probe.sh")
HOSTS_APPLY: Final = HOSTS + script(__package__, "hosts-apply.sh")


def _hosts(plan: Plan, machine: Machine) -> Recipe:
    nodes = "\n".join(f"{each.address} {each.name}" for each in plan.machines)
    # an existing machine keeps its name
    values = {"NAME": "" if machine.host else machine.name, "NODES": nodes}
    return Recipe(Command(HOSTS_APPLY, values), Command(HOSTS_PROBE, values))


HOST_NAMES = Step(
    name="hosts",
    title="Name the nodes",
    why="Nodes must find each other by name, and a node's own name must not point to 127.0.1.1.",
    source="the tutorial; kubernetes.io, Installing kubeadm: Before you begin",
    where=Where.EVERY,
    needs=(FACTS, CLAIM),
    recipe=_hosts,
    run=follow_recipe,
    teaches=taught.HOSTS,
)

SWAP_PROBE: Final = script(__package__, "swap-probe.sh")
SWAP_APPLY: Final = script(__package__, "swap-apply.sh")


def _swap(_plan: Plan, machine: Machine) -> Recipe:
    family = machine.family
    return Recipe(Command(family.swap + SWAP_APPLY), Command(SWAP_PROBE + family.swap_probe))


SWAP = Step(
    name="swap",
    title="Turn swap off",
    why="By default the kubelet refuses to start with swap on: memory limits would mean little.",
    source="kubernetes.io, Installing kubeadm: Swap configuration",
    where=Where.EVERY,
    needs=(FACTS, CLAIM),
    recipe=_swap,
    run=follow_recipe,
    teaches=taught.SWAP,
    turn=byhand.SWAP,
)

TRUST: Final = Step(
    name="trust",
    title="Trust the company's authorities",
    why="Mirrors and registries of a company show certificates that only its own authority vouches for.",
    source="update-ca-certificates(8); update-ca-trust(8)",
    where=Where.EVERY,
    # a certificate holds at some times only
    needs=(FACTS, CLAIM, CLOCK),
    recipe=recipes.recipe,
    run=recipes.trust,
    wanted=recipes.wanted,
    teaches=recipes.TEACHES,
)

KERNEL: Final = script(__package__, "kernel.sh")
MODULES_SECONDS: Final = 900.0
"""How long a package with kernel modules may take."""
KERNEL_PROBE: Final = KERNEL + script(__package__, "kernel-probe.sh")
KERNEL_APPLY: Final = KERNEL + script(__package__, "kernel-apply.sh")


def _kernel(plan: Plan, machine: Machine) -> Recipe:
    family = machine.family
    if not family.modules:
        return Recipe(Command(KERNEL_APPLY), Command(KERNEL_PROBE))
    values = {"PACKAGES_PROXY": packages_configuration(plan, family)}
    apply = family.library + family.modules + KERNEL_APPLY
    return Recipe(Command(apply, values, timeout=MODULES_SECONDS), Command(KERNEL_PROBE))


MODULES = Step(
    name="kernel",
    title="Prepare the kernel",
    why="Pod traffic crosses a bridge: br_netfilter passes it through kube-proxy's rules, and the node must forward it.",
    source="kubernetes.io, Container Runtimes: Network configuration; flannel, Prerequisites",
    where=Where.EVERY,
    needs=(FACTS, CLAIM, TRUST),
    recipe=_kernel,
    run=follow_recipe,
    teaches=taught.KERNEL,
    turn=byhand.KERNEL,
)
