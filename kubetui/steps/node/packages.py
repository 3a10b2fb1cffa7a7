"""Steps that install packages: the base packages, the container runtime and Kubernetes."""

from __future__ import annotations

from typing import Final, NamedTuple

from kubetui.base.scripts import script
from kubetui.engine.recipe import follow_recipe
from kubetui.engine.step import Recipe, Step, Where
from kubetui.profile.plan import Machine, Plan
from kubetui.profile.schema.profile import RuntimeRepository
from kubetui.remote.command import Command, Value
from kubetui.software.runtimes.upstream import Upstream, beside
from kubetui.steps.machine.claim import CLAIM
from kubetui.steps.machine.clock import CLOCK
from kubetui.steps.machine.system import HOST_NAMES, MODULES, SWAP
from kubetui.steps.node import proxy

INSTALL_SECONDS = 1800.0
UPSTREAM: Final = "https://pkgs.k8s.io/core:/stable:/v{major}.{minor}/{format}/"
"""The repository of Kubernetes' packages; each minor version has its own."""

BASE_PROBE: Final = script(__package__, "base-probe.sh")
BASE_APPLY: Final = script(__package__, "base-apply.sh")
REPOSITORY: Final = script(__package__, "repository.sh")
"""Defines `repository`, which adds one once its key was checked."""
REPOSITORY_PROBE: Final = script(__package__, "repository-probe.sh")
REPOSITORY_APPLY: Final = REPOSITORY + script(__package__, "repository-apply.sh")
RUNTIME_LIBRARY: Final = script(__package__, "runtime.sh")
RUNTIME_PROBE: Final = RUNTIME_LIBRARY + script(__package__, "runtime-probe.sh")
RUNTIME_APPLY: Final = RUNTIME_LIBRARY + script(__package__, "runtime-apply.sh")
KUBERNETES_PROBE: Final = proxy.SHELL + script(__package__, "kubernetes-probe.sh")
KUBERNETES_APPLY: Final = proxy.SHELL + script(__package__, "kubernetes-apply.sh")


def _base(plan: Plan, _machine: Machine) -> Recipe:
    family = plan.packages
    values = {"NAMES": family.called(family.base), "PACKAGES_PROXY": proxy.packages_configuration(plan)}
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
    needs=(CLOCK, CLAIM, HOST_NAMES),
    recipe=_base,
    run=follow_recipe,
)


class Repository(NamedTuple):
    """A package repository, and the OpenPGP key that signs it. An empty fingerprint accepts any key.

    With a `component`, the repository has a part for each release of a system, in which that is the packages' place.
    """

    name: str
    url: str
    key: str
    fingerprint: str = ""
    component: str = ""

    def values(self, plan: Plan) -> dict[str, Value]:
        """Return the variables that the repository's scripts read, with the passwords that its URLs need."""
        return {
            "REPOSITORY": self.name,
            "URL": plan.logins.value(lambda whole: whole(self.url)),
            "KEY_URL": plan.logins.value(lambda whole: whole(self.key)),
            "PROXY": proxy.curl_configuration(plan),
            "FINGERPRINT": self.fingerprint,
            "COMPONENT": self.component,
        }


def kubernetes_repository(plan: Plan) -> Repository:
    """Return the repository with Kubernetes' packages: the profile's mirror, or else pkgs.k8s.io."""
    mirror = plan.profile.mirrors.packages
    if mirror:
        return Repository("kubernetes", mirror.url, mirror.key, mirror.fingerprint or "")
    return _public("kubernetes", UPSTREAM, plan)


def upstream_repository(plan: Plan, upstream: Upstream) -> Repository:
    """Return the repository of the runtime's own project: the profile's mirror of it, or else the public one.

    A mirror that names no key of its own has to carry the project's key.
    """
    name = plan.runtime.name
    mirror: RuntimeRepository | None = getattr(plan.profile.mirrors, name, None)
    if mirror is None:
        return Repository(name, upstream.url, upstream.key, upstream.fingerprint, upstream.component)
    fingerprint = mirror.fingerprint or ("" if mirror.key else upstream.fingerprint)
    return Repository(name, mirror.url, mirror.key or beside(mirror.url), fingerprint, upstream.component)


def _public(name: str, template: str, plan: Plan) -> Repository:
    url = plan.packages.repository(template, plan.minor)
    return Repository(name, url, url + plan.packages.repository_key)


def _runtime(plan: Plan, _machine: Machine) -> Recipe:
    family, runtime = plan.packages, plan.runtime
    probe, apply = RUNTIME_PROBE, RUNTIME_APPLY
    values: dict[str, Value] = {
        "KUBERNETES": "{}.{}".format(*plan.minor),
        "NAMES": family.called(runtime.packages),
        "OLDEST": runtime.oldest_for(plan.minor),
        "SERVICE": runtime.unit,
        "SOURCE": "distribution",
        "UPSTREAM": "",
        "EXCHANGE": "yes" if plan.provider.makes_machines else "",
    }
    if runtime.upstream:
        values |= upstream_repository(plan, runtime.upstream).values(plan)
        values |= {
            "SOURCE": plan.profile.kubernetes.runtime_packages,
            "UPSTREAM": family.called(runtime.upstream.packages),
        }
        apply = REPOSITORY + apply
    elif runtime.repository:
        values |= _public(runtime.name, runtime.repository, plan).values(plan)
        probe, apply = REPOSITORY_PROBE + probe, REPOSITORY_APPLY + apply
    return Recipe(
        Command(family.library + apply, values, timeout=INSTALL_SECONDS),
        Command(family.library + probe, values),
    )


RUNTIME = Step(
    name="runtime",
    title="Install the runtime",
    why="The kubelet asks a container runtime to run pods. Since Kubernetes 1.24 it no longer talks to Docker itself.",
    source="kubernetes.io, Container Runtimes",
    where=Where.EVERY,
    needs=(BASE_PACKAGES,),
    recipe=_runtime,
    run=follow_recipe,
)


def _repository(plan: Plan, _machine: Machine) -> Recipe:
    values = kubernetes_repository(plan).values(plan)
    return Recipe(
        Command(plan.packages.library + REPOSITORY_APPLY, values, timeout=600),
        Command(plan.packages.library + REPOSITORY_PROBE, values),
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
)


def _kubernetes(plan: Plan, _machine: Machine) -> Recipe:
    values = {
        "SERVICE": "kubelet",
        "VERSION": plan.version,
        "PATTERN": f"{plan.version}-*" if plan.exact_version else f"{plan.version}.*",
        "PROXY": proxy.environment(plan),
    }
    return Recipe(
        Command(plan.packages.library + KUBERNETES_APPLY, values, timeout=INSTALL_SECONDS),
        Command(plan.packages.library + KUBERNETES_PROBE, values),
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
)
