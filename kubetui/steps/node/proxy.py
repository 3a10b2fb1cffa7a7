"""An HTTP proxy for curl, the container runtime and the kubelet, and what must never go through it."""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script
from kubetui.profile.plan import Plan
from kubetui.remote.command import Value

SHELL: Final = script(__package__, "proxy.sh")
"""Defines `proxied` and `proxy`, which give the service SERVICE the variables in PROXY, from `environment`."""


def exceptions(plan: Plan) -> tuple[str, ...]:
    """Return NO_PROXY: this host, every node, pod and service, names inside the cluster, and the profile's own."""
    network = plan.profile.network
    inside = (
        "localhost",
        "127.0.0.1",
        *plan.node_networks,
        network.pod_cidr,
        network.service_cidr,
        ".svc",
        ".cluster.local",
        *([plan.api_endpoint.rpartition(":")[0]] if plan.common_endpoint else ()),
    )
    return (*map(str, inside), *(machine.name for machine in plan.machines), *plan.profile.mirrors.no_proxy)


def curl_configuration(plan: Plan) -> Value:
    """Return the lines of curl's configuration that send it through the profile's proxy; empty without one."""
    proxy = plan.profile.mirrors.http_proxy
    if not proxy:
        return ""
    exempt = ",".join(("localhost", "127.0.0.1", *plan.profile.mirrors.no_proxy))
    return plan.logins.value(lambda whole: f'proxy = "{whole(proxy)}"\nnoproxy = "{exempt}"')


def environment(plan: Plan) -> Value:
    """Return the variables of a service that reaches registries, for systemd's EnvironmentFile=.

    They are kept out of the unit itself, which everyone may read. Empty without a proxy.
    """
    proxy = plan.profile.mirrors.http_proxy
    if not proxy:
        return ""
    exempt = ",".join(exceptions(plan))
    return plan.logins.value(lambda whole: f"HTTP_PROXY={whole(proxy)}\nHTTPS_PROXY={whole(proxy)}\nNO_PROXY={exempt}")
