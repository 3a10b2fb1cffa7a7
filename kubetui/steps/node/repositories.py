"""Where packages come from: the profile's mirrors, or the public repositories, and the versions that are wanted."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from kubetui.profile.plan import Plan
from kubetui.profile.schema.mirrors import PackageRepository, RuntimeRepository
from kubetui.remote.command import Value
from kubetui.software.packages import Family
from kubetui.software.runtimes.upstream import Upstream, beside
from kubetui.steps.node import proxy

UPSTREAM: Final = "https://pkgs.k8s.io/core:/stable:/v{major}.{minor}/{format}/"
"""The repository of Kubernetes' packages; each minor version has its own."""


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


def kubernetes_repository(plan: Plan, family: Family) -> Repository:
    """Return the repository with Kubernetes' packages: the profile's mirror, or else pkgs.k8s.io."""
    return _of_minor("kubernetes", UPSTREAM, plan.profile.mirrors.packages, plan, family)


def upstream_repository(plan: Plan, upstream: Upstream, family: Family) -> Repository:
    """Return the repository of the runtime's own project: the profile's mirror of it, or else the public one.

    A mirror that names no key of its own has to carry the project's key.
    """
    name = plan.runtime.name
    mirror: RuntimeRepository | None = _mirror(plan)
    signed = upstream.signed(family.repository_format)
    if mirror is None:
        return Repository(name, upstream.url, upstream.key, signed, upstream.component)
    fingerprint = mirror.fingerprint or ("" if mirror.key else signed)
    return Repository(name, mirror.url, mirror.key or beside(mirror.url), fingerprint, upstream.component)


def runtime_repository(plan: Plan, family: Family) -> Repository:
    """Return the repository that a runtime has for each minor version: the profile's mirror, or the public one."""
    return _of_minor(plan.runtime.name, plan.runtime.repository, _mirror(plan), plan, family)


def _mirror(plan: Plan) -> Any:
    """Return the profile's mirror for the runtime's packages; None if it has none."""
    return getattr(plan.profile.mirrors, plan.runtime.name.replace("-", ""), None)


def _of_minor(name: str, template: str, mirror: PackageRepository | None, plan: Plan, family: Family) -> Repository:
    """Return a mirror, or the public repository by its URL's template, with the family's own key beside it."""
    url = family.placed(mirror.url) if mirror else family.repository(template, plan.minor)
    if mirror is None:
        return Repository(name, url, url + family.repository_key)
    key = family.placed(mirror.key) if mirror.key else f"{url.rstrip('/')}/{family.repository_key}"
    return Repository(name, url, key, mirror.fingerprint or "")


def version_pattern(plan: Plan) -> str:
    """Return the versions of packages that the plan wants, with a star for what it leaves open."""
    return f"{plan.version}-*" if plan.exact_version else f"{plan.version}.*"
