"""apt, for Debian, Ubuntu and their derivatives."""

from __future__ import annotations

from kubetui.base.scripts import script, typed, written
from kubetui.software.packages.family import Family, Typed


def _proxy(url: str) -> str:
    return f'Acquire::http::Proxy "{url}";\nAcquire::https::Proxy "{url}";'


def _repository(name: str, url: str, key: str, component: str) -> tuple[str, ...]:
    keyring, sources = f"/etc/apt/keyrings/{name}-apt-keyring.gpg", f"/etc/apt/sources.list.d/{name}.list"
    line = f"deb [signed-by={keyring}] {url} {f'<release> {component}' if component else '/'}"
    return (
        "mkdir -p /etc/apt/keyrings",
        typed("gpg", "--batch", "--yes", "--dearmor", "--output", keyring, key),
        # a URL with a password in it is for root only
        written(sources, None if "@" in url else line),
        f"apt-get update -o Dir::Etc::sourcelist={sources} -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0",
    )


APT = Family(
    name="apt",
    systems=("debian",),
    distributions=("debian", "ubuntu"),
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
    kubelet_arguments="/etc/default/kubelet",
    proxy=_proxy,
    typed=Typed(
        refresh="apt-get update",
        install="apt-get install --yes --no-install-recommends",
        pinned="apt-get install --yes --no-install-recommends --allow-change-held-packages",
        at="=",
        hold="apt-mark hold",
        repository=_repository,
    ),
    proxy_file="/etc/apt/apt.conf.d/95kubetui",
    anchors="/usr/local/share/ca-certificates",
    store="/etc/ssl/certs/ca-certificates.crt",
    # without --fresh, links to what was removed stay (update-ca-certificates(8))
    trusting="update-ca-certificates --fresh",
)
