"""The shape of a container runtime: everything the steps need to install, configure and remove one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

SANDBOX_MARK: Final = "@SANDBOX_IMAGE@"
"""Stands for the pause image in a configuration: only the installed kubeadm knows which one it wants."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """One container runtime: its packages and its service, and two libraries of shell functions.

    `library` goes before the scripts that configure it, and defines:

    - `config_file`: the path of the runtime's configuration
    - `runtime_there`: whether the program is installed
    - `config PAUSE`: prints the configuration for the installed version, with PAUSE as its pause image
    - `mirror_file REGISTRY` and `mirror REGISTRY URL [LOGIN]`: path and content of a registry mirror's settings

    `leftovers` goes before the scripts that put an existing machine back to what it was, and defines:

    - the arrays `runtime_files`, which are put back, and `runtime_data`, which is removed where it was not there before
    - `runtime_state`: the folder that is there while the runtime runs
    - `forget_cluster`: ends the cluster's containers in a runtime that was there before, and stays
    """

    name: str
    """What a profile calls it."""
    title: str
    """What it calls itself."""
    help: str
    """What a person reads beside the choice; the end of a sentence."""
    packages: tuple[str, ...]
    """The packages to install, by Debian's names."""
    unit: str
    """The systemd service."""
    socket: str
    """Where it serves the CRI, as kubeadm's criSocket has it."""
    library: str
    leftovers: str
    images: str
    """The folder that pulled images fill."""
    configuration: Mapping[str, str] = field(default_factory=dict)
    """Variables that the library reads, such as the configuration for each version."""
    instead: tuple[str, ...] = ()
    """Packages that serve as well where they are installed already."""
    repository: str = ""
    """The repository with the packages, where the system has none: a URL for `Family.repository`."""

    @property
    def crictl(self) -> str:
        """Return /etc/crictl.yaml, so that crictl finds the runtime without being told."""
        return f"runtime-endpoint: {self.socket}\nimage-endpoint: {self.socket}\ntimeout: 30"
