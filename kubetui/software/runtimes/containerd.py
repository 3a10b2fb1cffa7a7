"""containerd. kubetui replaces its whole configuration: a package's own may disable the CRI plugin, as Docker's does.

containerd 1.x reads version 2 of the format. 2.x reads version 3, which splits the CRI plugin in two
(containerd, docs/cri/config.md). Omitted keys keep containerd's defaults.
"""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script
from kubetui.software.runtimes.runtime import SANDBOX_MARK, Runtime

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


CONTAINERD = Runtime(
    name="containerd",
    title="containerd",
    help="containerd, the runtime under Docker",
    packages=("containerd",),
    instead=("containerd.io",),
    unit="containerd",
    socket="unix:///run/containerd/containerd.sock",
    library=script(__package__, "containerd.sh"),
    leftovers=script(__package__, "containerd-leftovers.sh"),
    images="/var/lib/containerd",
    configuration={"CONFIG_1": _VERSION_2, "CONFIG_2": _VERSION_3},
)
