"""Add-ons, one file each, and the catalogue that a profile chooses from."""

from __future__ import annotations

from typing import Final

from kubetui.software.addons.addon import AddOn, Brief
from kubetui.software.addons.loadbalancer import LOADBALANCER
from kubetui.software.addons.metrics import METRICS
from kubetui.software.addons.registry import REGISTRY
from kubetui.software.addons.storage import STORAGE
from kubetui.software.addons.vip import VIP

CATALOGUE: Final[dict[str, AddOn]] = {each.name: each for each in (STORAGE, METRICS, LOADBALANCER, REGISTRY, VIP)}

__all__ = ["CATALOGUE", "AddOn", "Brief"]
