"""An HTTP proxy, for apt, containerd and the kubelet, and what must never go through it."""

from __future__ import annotations

from kubetui.plan import Plan


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


def apt_configuration(plan: Plan) -> str:
    """Return apt's configuration file for the profile's proxy; empty without one."""
    proxy = plan.profile.mirrors.apt_proxy or plan.profile.mirrors.http_proxy
    if not proxy:
        return ""
    return f'Acquire::http::Proxy "{proxy}";\nAcquire::https::Proxy "{proxy}";'


def systemd_drop_in(plan: Plan) -> str:
    """Return a drop-in for a service that reaches registries; empty without a proxy."""
    proxy = plan.profile.mirrors.http_proxy
    if not proxy:
        return ""
    # a percent sign, as an encoded password has, would be a specifier to systemd
    values = {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "NO_PROXY": ",".join(exceptions(plan))}
    lines = [f'Environment="{name}={value.replace("%", "%%")}"' for name, value in values.items()]
    return "\n".join(["[Service]", *lines])
