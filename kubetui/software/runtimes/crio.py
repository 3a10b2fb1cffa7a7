"""CRI-O, made for Kubernetes alone: each of its minor versions belongs to the one of Kubernetes with the same number.

Its packages are in a repository of their own for each minor version (cri-o/packaging, README). Its settings are
drop-ins, of which the last one by name wins (cri-o, docs/crio.conf.5.md): the package's own file stays, because it
names the policy without which no image is pulled. Mirrors are in files that other programs read, too
(containers-registries.conf(5)).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kubetui.base.scripts import script
from kubetui.software.runtimes.runtime import SANDBOX_MARK, Runtime

DROP_IN: Final = "/etc/crio/crio.conf.d/99-kubetui.conf"
AUTH_FILE: Final = "/etc/crio/kubetui-auth.json"
REGISTRIES: Final = "/etc/containers/registries.conf.d/50-kubetui-"

# the table of images comes last: crio.sh adds a line where mirrors want a password
_SETTINGS: Final = f"""# Written by kubetui. Of several files here, the last one by name wins.
[crio.network]
# where the package kubernetes-cni and the pod network put their plugins
plugin_dirs = ["/opt/cni/bin"]

[crio.runtime]
# as the kubelet has it
cgroup_manager = "systemd"

[crio.image]
# the one that kubeadm names
pause_image = "{SANDBOX_MARK}\""""


def _mirror(registry: str, url: str) -> tuple[str, str]:
    scheme, _, place = url.partition("://")
    lines = [
        "[[registry]]",
        f'prefix = "{registry}"',
        f'location = "{registry}"',
        "",
        "[[registry.mirror]]",
        f'location = "{place.rstrip("/")}"',
        *(["insecure = true"] if scheme == "http" else []),
    ]
    return f"{REGISTRIES}{registry}.conf", "\n".join(lines)


def _files(mirrors: Mapping[str, str]) -> dict[str, str | None]:
    return {AUTH_FILE: None} if any("@" in url for url in mirrors.values()) else {}


CRIO = Runtime(
    name="cri-o",
    title="CRI-O",
    help="cri-o (made for Kubernetes alone; a cluster with it is not upgraded in place)",
    packages=("cri-o",),
    repository="https://download.opensuse.org/repositories/isv:/cri-o:/stable:/v{major}.{minor}/{format}/",
    unit="crio",
    socket="unix:///run/crio/crio.sock",
    library=script(__package__, "crio.sh"),
    leftovers=script(__package__, "crio-leftovers.sh"),
    image_library=script(__package__, "crio-images.sh"),
    prepare=script(__package__, "crio-prepare.sh"),
    prepared=script(__package__, "crio-prepared.sh"),
    images="/var/lib/containers",
    config_file=DROP_IN,
    mirror=_mirror,
    reread="run systemctl reload crio\n",
    configuration={"CRIO": _SETTINGS},
    files=_files,
)
