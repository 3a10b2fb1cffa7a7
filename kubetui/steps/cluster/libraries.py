"""The shell functions that several steps of this folder share."""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script
from kubetui.cluster.tables import ADMIN
from kubetui.steps.cluster.taught import MANIFEST

KUBEADM: Final = script(__package__, "kubeadm.sh")
"""What init and join share."""
INIT: Final = ADMIN + script(__package__, "init.sh")
CA: Final = script(__package__, "ca.sh")
JOIN: Final = CA + script(__package__, "join.sh")
NETWORK: Final = ADMIN + f"file={MANIFEST}\n"
