"""containerd. kubetui replaces its whole configuration: a package's own may disable the CRI plugin, as Docker's does.

containerd 1.x reads version 2 of the format. 2.x reads version 3, which splits the CRI plugin in two
(containerd, docs/cri/config.md). 2.1 renamed bin_dir to bin_dirs; 2.4 no longer knows the old name, and both at once
are an error. Omitted keys keep containerd's defaults. A file without `imports` would turn a machine's own drop-ins off.
"""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script
from kubetui.software.runtimes.runtime import SANDBOX_MARK, Runtime
from kubetui.software.runtimes.upstream import SYSTEM_MARK, Upstream

CERTS: Final = "/etc/containerd/certs.d"
CNI_BINARIES: Final = "/opt/cni/bin"

IMPORTS: Final = 'imports = ["/etc/containerd/conf.d/*.toml"]'

_CONFINING: Final = "  enable_selinux = true\n"
_VERSION_2: Final = f"""version = 2
{IMPORTS}

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{SANDBOX_MARK}"

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{CNI_BINARIES}"

  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = true

  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "{CERTS}\""""


def _version_3(cni_binaries: str) -> str:
    return f"""version = 3
{IMPORTS}

[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "{SANDBOX_MARK}"

[plugins."io.containerd.cri.v1.images".registry]
  config_path = "{CERTS}"

[plugins."io.containerd.cri.v1.runtime".cni]
  {cni_binaries}

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
    SystemdCgroup = true"""


_CONFIGURATION: Final = {
    "CONFIG_1": _VERSION_2,
    "CONFIG_2_0": _version_3(f'bin_dir = "{CNI_BINARIES}"'),
    "CONFIG_2": _version_3(f'bin_dirs = ["{CNI_BINARIES}"]'),
}
_SECTION_2: Final = '[plugins."io.containerd.grpc.v1.cri"]\n'
_SECTION_3: Final = '[plugins."io.containerd.cri.v1.runtime"]\n'
_CNI_3: Final = '[plugins."io.containerd.cri.v1.runtime".cni]\n'


def _confined(text: str) -> str:
    """Return a configuration with which containerd gives every container an SELinux label (docs/cri/config.md)."""
    if _SECTION_2 in text:
        return text.replace(_SECTION_2, _SECTION_2 + _CONFINING)
    return text.replace(_CNI_3, f"{_SECTION_3}{_CONFINING}\n{_CNI_3}")


def _mirror(registry: str, url: str) -> tuple[str, str]:
    return f"{CERTS}/{registry}/hosts.toml", f'[host."{url}"]\n  capabilities = ["pull", "resolve"]'


CONTAINERD = Runtime(
    name="containerd",
    title="containerd",
    help="containerd (the usual one)",
    packages=("containerd",),
    # download.docker.com has had this key since 2017
    upstream=Upstream(
        packages=("containerd.io",),
        url=f"https://download.docker.com/linux/{SYSTEM_MARK}",
        component="stable",
        fingerprint="9DC858229FC7DD38854AE2D88D81803C0EBFCD88",
        rpm_fingerprint="060A61C51B558A7F742B77AAC52FEB6B621E9F35",
    ),
    # the kubelet asks it for its cgroup driver, which 1.x cannot tell (kubernetes/enhancements, KEP-4033)
    oldest={(1, 38): "2.0"},
    unit="containerd",
    socket="unix:///run/containerd/containerd.sock",
    library=script(__package__, "containerd.sh"),
    leftovers=script(__package__, "containerd-leftovers.sh"),
    image_library=script(__package__, "containerd-images.sh"),
    images="/var/lib/containerd",
    config_file="/etc/containerd/config.toml",
    mirror=_mirror,
    configuration=_CONFIGURATION,
    confining={name: _confined(text) for name, text in _CONFIGURATION.items()},
)
