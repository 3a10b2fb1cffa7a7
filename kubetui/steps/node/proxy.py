"""An HTTP proxy, for apt, containerd and the kubelet, and what must never go through it."""

from __future__ import annotations

from typing import Final

from kubetui.profile.plan import Plan
from kubetui.remote.command import Value


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
        *([plan.api_endpoint.rpartition(":")[0]] if network.control_plane_endpoint else ()),
    )
    return (*map(str, inside), *(machine.name for machine in plan.machines), *plan.profile.mirrors.no_proxy)


def apt_configuration(plan: Plan) -> Value:
    """Return apt's configuration file for the profile's proxy; empty without one."""
    proxy = plan.profile.mirrors.apt_proxy or plan.profile.mirrors.http_proxy
    if not proxy:
        return ""
    return plan.logins.value(
        lambda whole: f'Acquire::http::Proxy "{whole(proxy)}";\nAcquire::https::Proxy "{whole(proxy)}";'
    )


def curl_configuration(plan: Plan) -> Value:
    """Return what sends curl through the profile's proxy, as lines of its configuration; empty without one."""
    proxy = plan.profile.mirrors.http_proxy
    if not proxy:
        return ""
    beside = ",".join(("localhost", "127.0.0.1", *plan.profile.mirrors.no_proxy))
    return plan.logins.value(lambda whole: f'proxy = "{whole(proxy)}"\nnoproxy = "{beside}"')


def environment(plan: Plan) -> Value:
    """Return the variables of a service that reaches registries, as systemd's EnvironmentFile= reads them.

    They do not stand in the unit itself: who may ask systemd may read every unit. Empty without a proxy.
    """
    proxy = plan.profile.mirrors.http_proxy
    if not proxy:
        return ""
    beside = ",".join(exceptions(plan))
    return plan.logins.value(lambda whole: f"HTTP_PROXY={whole(proxy)}\nHTTPS_PROXY={whole(proxy)}\nNO_PROXY={beside}")


SHELL: Final = r"""
# a unit's own Environment= would show to everyone who asks systemd; this file is root's alone
unit=/etc/systemd/system/$SERVICE.service.d/20-kubetui-proxy
# the minus: a machine from a prepared box starts without the file
drop_in="[Service]
EnvironmentFile=-$unit.env"
proxied() { [[ -z $PROXY ]] || { same "$unit.env" "$PROXY" && same "$unit.conf" "$drop_in"; }; }
proxy() {
  proxied && return
  put "$unit.env" "$PROXY" 600
  put "$unit.conf" "$drop_in"
  systemctl daemon-reload
}
"""
"""Puts PROXY, which `environment` returns, into the service SERVICE."""
