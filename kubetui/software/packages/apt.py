"""apt, for Debian, Ubuntu and their derivatives."""

from __future__ import annotations

from kubetui.base.scripts import script
from kubetui.software.packages.family import Family


def _proxy(url: str) -> str:
    return f'Acquire::http::Proxy "{url}";\nAcquire::https::Proxy "{url}";'


APT = Family(
    name="apt",
    systems=("debian",),
    used_by="Debian and Ubuntu",
    library=script(__package__, "apt.sh"),
    base=(
        "apt-transport-https",
        "bash-completion",
        "ca-certificates",
        "conntrack",
        "curl",
        "ebtables",
        "ethtool",
        "gnupg",
        "iptables",
        "socat",
    ),
    repository_format="deb",
    repository_key="Release.key",
    proxy=_proxy,
)
