"""containerd's configuration, whole: a package's own may turn the CRI plugin off, as Docker's does.

containerd 1.x reads version 2 of the format and 2.x version 3, where the CRI plugin became two
(containerd, docs/cri/config.md). What is left out takes containerd's default.
"""

from __future__ import annotations

from typing import Final

SOCKET: Final = "unix:///run/containerd/containerd.sock"
SANDBOX_MARK: Final = "@SANDBOX_IMAGE@"
"""Stands for the pause image that kubeadm names; only the installed kubeadm knows it."""
CERTS: Final = "/etc/containerd/certs.d"
CNI_BINARIES: Final = "/opt/cni/bin"

_VERSION_2: Final = f"""version = 2

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

_VERSION_3: Final = f"""version = 3

[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "{SANDBOX_MARK}"

[plugins."io.containerd.cri.v1.images".registry]
  config_path = "{CERTS}"

[plugins."io.containerd.cri.v1.runtime".cni]
  bin_dir = "{CNI_BINARIES}"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
    SystemdCgroup = true"""


def configuration(major: int) -> str:
    """Return config.toml for containerd's major version, with the sandbox image as a mark.

    Raises ValueError for a version that no one has seen.
    """
    match major:
        case 1:
            return _VERSION_2
        case 2:
            return _VERSION_3
        case _:
            raise ValueError(f"containerd {major} is not known")


def crictl_configuration() -> str:
    """Return /etc/crictl.yaml, so that crictl asks containerd without being told."""
    return f"runtime-endpoint: {SOCKET}\nimage-endpoint: {SOCKET}\ntimeout: 30"
