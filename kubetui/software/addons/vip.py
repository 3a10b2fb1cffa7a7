"""keepalived and haproxy: one address for several control planes, without a balancer of one's own.

As kubeadm's own guide has it (kubernetes/kubeadm, docs/ha-considerations.md, "keepalived and haproxy"): keepalived
gives the address to one control plane at a time, and haproxy on each passes connections on to an API server that
answers. Both come from the distribution's packages.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import Final

from kubetui.base.scripts import script
from kubetui.software.addons.addon import AddOn, Brief

NAME: Final = "vip"
PORT: Final = 8443
"""Where haproxy listens; the API servers themselves have 6443 on every address of their machines."""
PACKAGES: Final = ("haproxy", "keepalived")
UNITS: Final = ("haproxy", "keepalived")
BALANCER: Final = "/etc/haproxy/haproxy.cfg"
FAILOVER: Final = "/etc/keepalived/keepalived.conf"
CHECKER: Final = "/etc/keepalived/check_apiserver.sh"
LINK_MARK: Final = "THE-LINK"
"""Stands for the interface with the machine's address, which only the machine knows."""
CHECK: Final = f"""\
#!/bin/sh
# whether an API server answers through this machine's haproxy
exec curl --silent --fail --insecure --max-time 3 --output /dev/null https://127.0.0.1:{PORT}/healthz"""
LEFTOVERS: Final = script(__package__, "vip-leftovers.sh")
LET_GO: Final = script(__package__, "vip-let-go.sh")
"""Shell that takes the address off an existing machine, before it is put back."""
YIELD: Final = script(__package__, "vip-yield.sh")
"""Shell with which a control plane that leaves gives the address to another."""
_ROUTERS: Final = 255
_PRIORITY: Final = 100
_LESS: Final = 10
"""What a control plane's priority loses while no API server answers through its haproxy."""


def balancer(backends: Mapping[str, IPv4Address], port: int) -> str:
    """Return haproxy's configuration: connections to PORT go to those of `backends` whose `port` answers.

    It passes TLS on as it is. A connection to an API server that is gone is cut, so that clients connect anew. Right
    after its start it holds all of them for alive, so one that refuses a connection is left for the next at once.
    """
    servers = (f"    server {name} {address}:{port}" for name, address in backends.items())
    return "\n".join(
        (
            "# made by kubetui",
            "defaults",
            "    mode tcp",
            "    timeout connect 2s",
            "    timeout client 1h",
            "    timeout server 1h",
            "    timeout check 3s",
            "    option redispatch 1",
            "frontend kube-apiserver",
            f"    bind *:{PORT}",
            "    default_backend control-planes",
            "backend control-planes",
            "    option httpchk GET /healthz",
            "    http-check expect status 200",
            "    default-server check check-ssl verify none inter 2s fall 3 rise 2 on-marked-down shutdown-sessions",
            *servers,
        )
    )


def failover(shared: IPv4Address, own: IPv4Address, others: tuple[IPv4Address, ...]) -> str:
    """Return keepalived's configuration for the control plane `own`; the interface is LINK_MARK.

    The machines tell each other by unicast, which also gets through where multicast does not. All have the same
    priority, so whoever has the address keeps it; it goes where an API server answers, and stays where none does. One
    that starts counts as without an API server until it has looked: else it would take the address too early.
    """
    peers = (f"    unicast_src_ip {own}", "    unicast_peer {", *(f"        {each}" for each in others), "    }")
    return "\n".join(
        (
            "# made by kubetui",
            "global_defs {",
            "    enable_script_security",
            "    script_user root",
            "}",
            "vrrp_script apiserver {",
            f"    script {CHECKER}",
            "    interval 2",
            "    timeout 4",
            "    fall 3",
            "    rise 1",
            "    init_fail",
            f"    weight -{_LESS}",
            "}",
            "vrrp_instance apiserver {",
            "    state BACKUP",
            f"    interface {LINK_MARK}",
            f"    virtual_router_id {int(shared) % _ROUTERS + 1}",
            f"    priority {_PRIORITY}",
            "    advert_int 1",
            *(peers if others else ()),
            "    virtual_ipaddress {",
            f"        {shared}/32",
            "    }",
            "    track_script {",
            "        apiserver",
            "    }",
            "}",
        )
    )


def changes(brief: Brief) -> tuple[str, ...]:
    """Return what is set up on the control planes."""
    return (f"packages {' and '.join(PACKAGES)} on each control plane", f"the API at {brief.address}:{PORT}")


VIP: Final = AddOn(
    name=NAME,
    title="keepalived and haproxy",
    help="vip (one address for several control planes, from when the cluster is built; 30 MiB on each)",
    why="Nodes and kubectl know one address of the API; keepalived moves it to a control plane that is alive.",
    page="kubernetes/kubeadm, docs/ha-considerations.md: keepalived and haproxy",
    version="",
    tried="",
    url="",
    manifest=None,
    images=lambda _brief: (),
    changes=changes,
    workloads=(),
    endpoint=True,
    concepts=("virtual-ip", "etcd-quorum"),
)
