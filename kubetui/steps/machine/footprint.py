"""What kubetui leaves on a machine that existed before: remembered before the first change, taken back at the end.

The record lies in /var/lib/kubetui of the machine, beside the mark that names the cluster. The package family's library adds
which packages it installed.
"""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script
from kubetui.software.packages.apt import APT

HOSTS_MARKS: Final = "begin='# kubetui: the nodes of this cluster' end='# kubetui: end'\n"
"""The lines around what kubetui writes into /etc/hosts."""

PLACE: Final = script(__package__, "footprint.sh")

CLAIMED: Final = PLACE + script(__package__, "claim-probe.sh")
"""The probe for the mark. Reads CLUSTER_ID."""

REMEMBER: Final = PLACE + script(__package__, "claim-apply.sh")
"""Reads CLUSTER_ID and CLUSTER_NAME. The mark is written last: a machine without it was not changed."""

RESET: Final = APT.library + PLACE + HOSTS_MARKS + script(__package__, "reset.sh")
"""Takes everything back. Reads CLUSTER_ID, POD_CIDR and CRI_SOCKET; may be run again after it was cut short."""
