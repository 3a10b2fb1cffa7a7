"""dnf, for Rocky Linux, AlmaLinux, CentOS Stream and Fedora.

A repository's `exclude` plays the part of a hold (kubernetes.io, Installing kubeadm: Red Hat-based distributions).
rpm takes packages that any of its keys has signed; `repo_gpgcheck` (dnf.conf(5)) makes it the repository's own key.
dnf 5, which Fedora has, spells the option that lifts it in another way.
"""

from __future__ import annotations

from kubetui.base.scripts import script, typed, written
from kubetui.software.packages.family import Family, Typed

_ZRAM = script(__package__, "dnf-zram.sh")
EXCLUDED = "kubelet kubeadm kubectl cri-tools kubernetes-cni"


def _proxy(url: str) -> str:
    return f"http_proxy='{url}'\nhttps_proxy='{url}'"


def _repository(name: str, url: str, key: str, component: str) -> tuple[str, ...]:
    place, file = f"/etc/pki/rpm-gpg/RPM-GPG-KEY-{name}", f"/etc/yum.repos.d/{name}.repo"
    base = f"{url.rstrip('/')}/<release>/<processor>/{component}" if component else url
    lines = [f"[{name}]", f"name={name}", f"baseurl={base}", "enabled=1", "gpgcheck=1", f"gpgkey=file://{place}"]
    if not component:
        lines.append("repo_gpgcheck=1")
    if name == "kubernetes":
        lines.append(f"exclude={EXCLUDED}")
    return (
        typed("cp", key, place),
        # a URL with a password in it is for root only
        written(file, None if "@" in url else "\n".join(lines)),
        f"dnf makecache --assumeyes --repo={name}",
    )


DNF = Family(
    name="dnf",
    systems=("rhel", "fedora"),
    distributions=("almalinux", "rocky", "centos", "rhel", "oracle", "fedora"),
    used_by="Rocky Linux, AlmaLinux, CentOS Stream and Fedora",
    library=script(__package__, "dnf.sh"),
    leftovers=script(__package__, "dnf-leftovers.sh"),
    # curl and gpg are there wherever dnf is: a minimal system's curl-minimal is in the way of the package curl
    base=("bash-completion", "conntrack", "container-selinux", "ethtool", "iproute-tc", "iptables", "socat"),
    repository_format="rpm",
    repository_key="repodata/repomd.xml.key",
    kubelet_arguments="/etc/sysconfig/kubelet",
    proxy=_proxy,
    typed=Typed(
        refresh="dnf makecache",
        install="dnf install --assumeyes --setopt=install_weak_deps=False",
        pinned="dnf install --assumeyes --setopt=install_weak_deps=False --disableexcludes=kubernetes",
        at="-",
        hold="",
        repository=_repository,
    ),
    proxy_file="/etc/dnf/kubetui-proxy.env",
    anchors="/etc/pki/ca-trust/source/anchors",
    store="/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    trusting="update-ca-trust extract",
    names={"conntrack": "conntrack-tools", "iptables": "iptables-nft"},
    swap=_ZRAM + script(__package__, "dnf-zram-apply.sh"),
    swap_probe=_ZRAM + script(__package__, "dnf-zram-probe.sh"),
    modules=script(__package__, "dnf-modules.sh"),
    selinux=True,
    lacks=frozenset({"containerd", "docker.io"}),
)
