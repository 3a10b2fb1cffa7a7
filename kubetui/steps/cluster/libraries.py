"""The shell functions that several steps of this folder share."""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script
from kubetui.cluster.tables import ADMIN
from kubetui.steps.cluster.taught import MANIFEST

KUBEADM: Final = script(__package__, "kubeadm.sh")
"""What init and join share."""
_KEPT: Final = script(__package__, "kept.sh")
INIT: Final = ADMIN + script(__package__, "init.sh") + _KEPT
HEALTHY: Final = script(__package__, "init-healthy.sh")
"""Defines `wait_healthy`, which gives an API server some seconds to answer; it comes after INIT."""
CA: Final = script(__package__, "ca.sh")
JOIN: Final = CA + script(__package__, "join.sh") + _KEPT
KUBELET: Final = script(__package__, "bootstrap.sh") + script(__package__, "known.sh")
"""Defines `ask_anew`, which has a kubelet ask for a certificate, and `make_known`, which starts it."""
NETWORK: Final = ADMIN + f"file={MANIFEST}\n"
ETCD: Final = ADMIN + script(__package__, "etcd.sh")
"""Defines `etcdctl` and `members`, which ask etcd inside its container on the first control plane."""
