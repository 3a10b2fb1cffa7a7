"""What the steps for every machine do besides, on machines of the Red Hat family."""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script

FAMILY: Final = "dnf"
"""The package family of these machines."""
SECONDS: Final = 900.0
"""How long the package with kernel modules may take."""
MODULES: Final = script(__package__, "modules.sh")
"""Installs br_netfilter where the running kernel lacks it."""
_ZRAM: Final = script(__package__, "zram.sh")
ZRAM_PROBE: Final = _ZRAM + script(__package__, "zram-probe.sh")
ZRAM_APPLY: Final = _ZRAM + script(__package__, "zram-apply.sh")
