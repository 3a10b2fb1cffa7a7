"""An HTTP proxy for the package manager."""

from __future__ import annotations

from kubetui.profile.plan import Plan
from kubetui.remote.command import Value
from kubetui.software.packages import Family


def of_packages(plan: Plan, family: Family) -> str:
    """Return the proxy of a package manager: its own, such as mirrors.apt_proxy, or else that for everything."""
    return getattr(plan.profile.mirrors, f"{family.name}_proxy", None) or plan.profile.mirrors.http_proxy or ""


def packages_configuration(plan: Plan, family: Family) -> Value:
    """Return the package manager's configuration file for the profile's proxy; empty without one."""
    proxy = of_packages(plan, family)
    if not proxy:
        return ""
    return plan.logins.value(lambda whole: family.proxy(whole(proxy)))
