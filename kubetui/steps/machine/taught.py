"""What the steps on a machine teach: their commands as a person types them, their concepts and their changes."""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import typed, written
from kubetui.engine.step import Teaching

MODULES: Final = ("overlay", "br_netfilter")
SETTINGS: Final = (
    "net.bridge.bridge-nf-call-iptables = 1",
    "net.bridge.bridge-nf-call-ip6tables = 1",
    "net.ipv4.ip_forward = 1",
)
_LOAD: Final = "/etc/modules-load.d/kubetui.conf"
_SYSCTL: Final = "/etc/sysctl.d/90-kubetui.conf"


CLOCK: Final = Teaching(
    concepts=("clock", "certificates"), none="It only compares clocks; it sets one that is off, which is rare."
)
CLAIM: Final = Teaching(
    concepts=("node", "ssh-access"),
    changes=lambda _plan, _machine: ("file /var/lib/kubetui/cluster", "folder /var/lib/kubetui/before"),
    none="It only writes down how the machine is, in /var/lib/kubetui.",
)
HOSTS: Final = Teaching(
    commands=lambda _plan, _machine: (written("/etc/hosts"),),
    concepts=("node", "internal-ip"),
    changes=lambda _plan, _machine: ("file /etc/hosts",),
)
SWAP: Final = Teaching(
    commands=lambda _plan, _machine: (
        "swapoff -a",
        typed("sed", "-i", "-E", "/^[^#]+[[:space:]]swap[[:space:]]/s/^/# kubetui: /", "/etc/fstab"),
        "systemctl daemon-reload",
    ),
    concepts=("swap", "kubelet"),
    changes=lambda _plan, _machine: ("file /etc/fstab", "swap units, which are masked"),
)
KERNEL: Final = Teaching(
    commands=lambda _plan, _machine: (
        written(_LOAD, "\n".join(MODULES)),
        written(_SYSCTL, "\n".join(SETTINGS)),
        *(f"modprobe {module}" for module in MODULES),
        f"sysctl --load={_SYSCTL}",
    ),
    concepts=("bridge-netfilter", "ip-forwarding"),
    changes=lambda _plan, _machine: (
        f"file {_LOAD}",
        f"file {_SYSCTL}",
        *(f"kernel module {module}" for module in MODULES),
        *(f"setting {setting}" for setting in SETTINGS),
    ),
)
