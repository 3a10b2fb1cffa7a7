"""The shell functions that the steps of more than one file share."""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script

IMAGES: Final = script(__package__, "images.sh")
"""Defines `images`, which prints the images that the installed kubeadm lists for CLUSTER."""
FETCH: Final = script(__package__, "fetch.sh")
"""Defines `fetch`, which downloads a file through the profile's proxy, and tells no password."""
