"""The Runtime type: everything the steps need to install, configure and remove a container runtime."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from kubetui.software.runtimes.archive import Archive
from kubetui.software.runtimes.upstream import Upstream

SANDBOX_MARK: Final = "@SANDBOX_IMAGE@"
"""Placeholder for the pause image in a configuration: only the installed kubeadm knows which one it wants."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """One container runtime: its packages and its service, and two libraries of shell functions.

    kubetui puts `library` before the scripts that configure the runtime. It defines:

    - `config_file`: the path of the runtime's configuration
    - `runtime_there`: whether the program is installed
    - `config PAUSE`: prints the configuration for the installed version, with PAUSE as its pause image
    - `overruled`: prints why a file of the machine's owner keeps that from working, or nothing
    - `mirror_file REGISTRY` and `mirror REGISTRY URL [LOGIN]`: path and content of a registry mirror's settings, where
      each has a file of its own

    kubetui puts `leftovers` before the scripts that restore an existing machine. It defines:

    - the arrays `runtime_files`, which are restored, and `runtime_data`, which is removed unless it existed before
    - `runtime_state`: the folder that exists while the runtime runs
    - the array `runtime_units`: its systemd units, which end unless they were active before
    - `runtime_links`, an array of its interfaces, and `runtime_rules`, a regular expression for its iptables rules
    - `forget_cluster`: ends the cluster's containers in a runtime that was installed before and stays
    - `forget_runtime`: removes what the packages left, after they are gone

    kubetui puts `image_library` before the scripts that load and remove images. It defines:

    - `refusal`: prints why images cannot be loaded without a registry, or nothing
    - `known`: prints the digest of each piece of an image that the runtime has, or, with `layers_in_order`, a line
      with the unpacked layers of each image
    - `keep FILE DIGEST`: takes a piece of an image, and may move it away
    - `finish FOLDER`: takes the images whose index is in a folder, together with the pieces left there
    - `untag NAME`: takes one of several names from an image
    - `release`: lets go of pieces that a load which was cut off kept
    """

    name: str
    """Its name in a profile."""
    title: str
    """Its own spelling of its name."""
    help: str
    """The text shown beside the choice, worded as the end of a sentence."""
    packages: tuple[str, ...]
    """The packages to install, by Debian's names; the first is the runtime itself."""
    unit: str
    """The systemd service that answers at the socket."""
    socket: str
    """The socket on which it serves the CRI, in the form of kubeadm's criSocket."""
    library: str
    leftovers: str
    image_library: str
    images: str
    """The folder that holds pulled images."""
    config_file: str
    """The same path as the library's, for those who learn what is written."""
    mirror: Callable[[str, str], tuple[str, str]] | None
    """The path and the content of a registry mirror's settings, by the registry and the mirror's URL; likewise.

    None where mirrors have no files of their own.
    """
    reread: str = ""
    """Shell that has the service read such files again; empty where it reads them at each pull."""
    configuration: Mapping[str, str] = field(default_factory=dict)
    """Variables that the library reads, such as the configuration for each version."""
    confining: Mapping[str, str] = field(default_factory=dict)
    """The same for machines where SELinux stays enforcing; empty for a runtime that kubetui cannot set up for that."""
    by_mirrors: Callable[[Mapping[str, str]], Mapping[str, str]] = field(default=lambda _mirrors: {})
    """More such variables, from the URL of each registry's mirror."""
    prepare: str = ""
    """Shell that comes before the script that writes the configuration and starts the service."""
    prepared: str = ""
    """Shell that comes after that script's probe, and ends it with what is missing of what `prepare` did."""
    guard: str = ""
    """Shell that comes before the packages are installed, and fails where they would take something away."""
    files: Callable[[Mapping[str, str]], Mapping[str, str | None]] = field(default=lambda _mirrors: {})
    """The files that `prepare` writes, for those who learn what is written; from the URL of each registry's mirror.

    None stands for what only root may read.
    """
    daemon: str = ""
    """The service behind `unit` that pulls images and runs containers, if that is another one."""
    archive: Archive | None = None
    """A program that comes beside the packages."""
    mirrors_only: str = ""
    """The one registry that a mirror can stand in for; images of all others are named at their mirror. Empty: any."""
    unfit: Callable[[str, str], str] = field(default=lambda _registry, _url: "")
    """Why a mirror's URL cannot stand in for a registry, as a sentence; empty where it can."""
    upstream: Upstream | None = None
    """Packages of the runtime's own project, which do as well as the system's."""
    oldest: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """The oldest version that works, by the minor version of Kubernetes that first needs it."""
    layers_in_order: bool = False
    """Whether it knows a layer by those below it, and so needs none sent that lies on the same ones elsewhere."""
    repository: str = ""
    """The repository with the packages for each minor version: a URL template for `Family.repository`."""

    fetcher: str = ""
    """The service that fetches images, where it is another one than `unit`."""

    @property
    def every_package(self) -> tuple[str, ...]:
        """The packages that kubetui may have installed, wherever they come from."""
        return self.packages + (self.upstream.packages if self.upstream else ())

    def oldest_for(self, minor: tuple[int, int]) -> str:
        """Return the oldest version that works with a minor version of Kubernetes; empty if every one does.

        Where each minor version has a repository of its own, it has to be that version.
        """
        if self.repository:
            return "{}.{}".format(*minor)
        needed = [version for first, version in sorted(self.oldest.items()) if first <= minor]
        return needed[-1] if needed else ""

    @property
    def crictl(self) -> str:
        """Return the content of /etc/crictl.yaml, which makes crictl find the runtime without options."""
        return f"runtime-endpoint: {self.socket}\nimage-endpoint: {self.socket}\ntimeout: 30"
