"""How a person prepares a machine by hand: goals and hints. The steps' own probes judge, whatever way was gone."""

from __future__ import annotations

from typing import Final

from kubetui.engine.step import Turn
from kubetui.steps.machine.taught import SETTINGS

SWAP: Final = Turn(
    goal=lambda _plan, _machine: "no swap is on, and none comes back at the next boot.",
    hint="swapoff, and /etc/fstab",
)
KERNEL: Final = Turn(
    goal=lambda _plan, _machine: (
        f"br_netfilter is loaded, and {', '.join(SETTINGS)} hold, now and after the next boot."
    ),
    hint="modprobe and sysctl, /etc/modules-load.d and /etc/sysctl.d",
)
