"""Docker Engine behind cri-dockerd, which serves the CRI that Docker itself does not have since Kubernetes 1.24.

cri-dockerd comes from its release archive: the project has no package repository, and no packages for current systems
(Mirantis/cri-dockerd, releases). It talks to Docker with API 1.42 or later, which Docker 23 was the first to have;
Debian 12 has 20.10. It hands the pulling of images to Docker, whose mirrors stand in for docker.io alone
(docs.docker.com, "Registry as a pull through cache"), and which takes no password for one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from kubetui.base.scripts import script
from kubetui.software.runtimes.archive import Archive
from kubetui.software.runtimes.runtime import SANDBOX_MARK, Runtime
from kubetui.software.runtimes.upstream import SYSTEM_MARK, Upstream

DAEMON_FILE: Final = "/etc/docker/daemon.json"
UNITS: Final = "/etc/systemd/system/cri-docker"
_MIRRORED: Final = "docker.io"

CRI_DOCKERD: Final = Archive(
    name="cri-dockerd",
    version="0.4.3",
    url="https://github.com/Mirantis/cri-dockerd/releases/download/v0.4.3/cri-dockerd-0.4.3.{architecture}.tgz",
    # a release has no file with checksums; these are those of kubernetes/minikube, deploy/iso
    sha256={
        "amd64": "c94c3d6de364a13375d8d7448e4c64f5cb12960fbb1cdd7ac708bece418e4dba",
        "arm64": "f1b693ca030f2809b789eacd3fc26ab5f6d85ab68ab184fa3c003572fafe3109",
    },
    # from then on the kubelet can ask it for the cgroup driver
    oldest="0.3.16",
)

_SOCKET: Final = """[Unit]
Description=Socket of the CRI for Docker
PartOf=cri-docker.service

[Socket]
ListenStream=%t/cri-dockerd.sock
SocketMode=0660
SocketUser=root
SocketGroup=docker

[Install]
WantedBy=sockets.target"""

# It is tried again for as long as it takes: Docker may be slow to start.
_SERVICE: Final = f"""[Unit]
Description=The CRI for Docker
Wants=network-online.target docker.service
After=network-online.target docker.service
Requires=cri-docker.socket
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart={CRI_DOCKERD.program} --container-runtime-endpoint fd://
Restart=always
RestartSec=2
LimitNOFILE=infinity
LimitNPROC=infinity
TasksMax=infinity
Delegate=yes
KillMode=process

[Install]
WantedBy=multi-user.target"""

# exec, attach and port-forward come through the kubelet, so nobody else needs to reach them
_FLAGS: Final = " ".join(
    (
        CRI_DOCKERD.program,
        "--container-runtime-endpoint fd://",
        "--network-plugin=cni",
        "--cni-bin-dir=/opt/cni/bin",
        "--cni-conf-dir=/etc/cni/net.d",
        "--hairpin-mode=hairpin-veth",
        "--streaming-bind-addr=127.0.0.1:0",
        f"--pod-infra-container-image={SANDBOX_MARK}",
    )
)
# the empty line takes the unit's own command away
_DROP_IN: Final = f"[Service]\nExecStart=\nExecStart={_FLAGS}"


def _daemon(mirrors: Mapping[str, str]) -> dict[str, Any]:
    """Return Docker's settings. The kubelet cannot rotate its logs, so these are the kubelet's own limits."""
    settings: dict[str, Any] = {
        "exec-opts": ["native.cgroupdriver=systemd"],
        "log-driver": "json-file",
        "log-opts": {"max-size": "10m", "max-file": "5"},
    }
    if _MIRRORED in mirrors:
        settings["registry-mirrors"] = [mirrors[_MIRRORED]]
    if plain := sorted({urlsplit(url).netloc for url in mirrors.values() if url.startswith("http:")}):
        settings["insecure-registries"] = plain
    return settings


def _values(mirrors: Mapping[str, str]) -> dict[str, str]:
    settings = _daemon(mirrors)
    needed = [
        *settings["exec-opts"],
        *settings.get("registry-mirrors", ()),
        *settings.get("insecure-registries", ()),
    ]
    return {"DAEMON": json.dumps(settings, indent=2), "NEEDED": "\n".join(needed)}


def _files(mirrors: Mapping[str, str]) -> dict[str, str | None]:
    return {
        DAEMON_FILE: json.dumps(_daemon(mirrors), indent=2),
        f"{UNITS}.socket": _SOCKET,
        f"{UNITS}.service": _SERVICE,
    }


def _unfit(registry: str, url: str) -> str:
    parts = urlsplit(url)
    if "@" in parts.netloc:
        return "Docker takes no user and password for a mirror."
    if registry == _MIRRORED and parts.path.strip("/"):
        return "Docker takes no path for a mirror of docker.io."
    return ""


DOCKER = Runtime(
    name="docker",
    title="Docker",
    help="docker (Docker Engine behind cri-dockerd: one more program, and mirrors of docker.io alone)",
    packages=("docker.io",),
    # download.docker.com has had this key since 2017
    upstream=Upstream(
        packages=("docker-ce", "docker-ce-cli", "containerd.io"),
        url=f"https://download.docker.com/linux/{SYSTEM_MARK}",
        component="stable",
        fingerprint="9DC858229FC7DD38854AE2D88D81803C0EBFCD88",
        rpm_fingerprint="060A61C51B558A7F742B77AAC52FEB6B621E9F35",
    ),
    archive=CRI_DOCKERD,
    oldest={(1, 31): "23.0"},
    unit="cri-docker",
    fetcher="docker",
    socket="unix:///run/cri-dockerd.sock",
    library=script(__package__, "docker.sh"),
    leftovers=script(__package__, "docker-leftovers.sh"),
    image_library=script(__package__, "docker-images.sh"),
    guard=script(__package__, "docker-guard.sh"),
    prepare=script(__package__, "docker-prepare.sh"),
    prepared=script(__package__, "docker-prepared.sh"),
    images="/var/lib/docker",
    config_file=f"{UNITS}.service.d/90-kubetui.conf",
    mirror=None,
    mirrors_only=_MIRRORED,
    unfit=_unfit,
    configuration={"ADAPTER": _DROP_IN, "ADAPTER_SOCKET": _SOCKET, "ADAPTER_SERVICE": _SERVICE},
    by_mirrors=_values,
    files=_files,
    daemon="docker",
    layers_in_order=True,
)
