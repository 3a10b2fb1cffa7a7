"""The Family type: everything the steps need to install software on one kind of Linux."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from kubetui.base.scripts import typed

FORMAT_MARK: Final = "{format}"
"""Placeholder for `deb` or `rpm` in the URL of a repository that has packages of more than one family."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The family's commands as its library calls them, for those who learn them."""

    refresh: str
    """Fetches the lists of packages."""
    install: str
    """Installs the packages whose names follow; `pinned` does so for held ones."""
    pinned: str
    at: str
    """What stands between a package's name and its version."""
    hold: str
    """Holds the packages whose names follow; empty where adding the repository of Kubernetes has done it already."""
    repository: Callable[[str, str, str, str], tuple[str, ...]]
    """Adds a repository, by its name, its URL, the file with its key, and its component or nothing."""

    def held(self, *names: str) -> tuple[str, ...]:
        """Return the command that holds packages, if it takes one."""
        return (typed(*self.hold.split(), *names),) if self.hold else ()


@dataclass(frozen=True, slots=True)
class Family:
    """One package family. `library` is shell functions that go before each script that handles packages.

    The library defines:

    - `proxy_file`: the file with the package manager's proxy setting
    - `install NAME...`, and `install_pinned NAME[=VERSION]...`, which also changes held packages
    - `gone NAME...`, the programs of installed packages that were deleted; `install` brings them back
    - `installed NAME...`, `version_of NAME`, `hold NAME...`, `held NAME`
    - `refresh`, which fetches the lists of packages if need be, and `candidate NAME`: the version to be installed
    - `find_repository NAME URL` for probes, and `add_repository NAME URL KEY [COMPONENT]`, which also fetches its list;
      with a COMPONENT, the repository has a part for each release of a system
    - `located URL`: the URL with this machine's system in place of {id}
    - `repository_files NAME`, and the arrays `package_files` and `package_folders`: the files that these leave
    - `packages`, `settle`, `ledger` and `stamp`, which `kubetui destroy` uses to find what kubetui installed
    - `removal NAME...`, `remove NAME...`, `list_held`, `list_automatic` and `mark_automatic NAME...`, to remove them
    """

    name: str
    """Its name in a profile."""
    systems: tuple[str, ...]
    """The systems that use it, by their ID or ID_LIKE in /etc/os-release (os-release(5))."""
    distributions: tuple[str, ...]
    """Beginnings of the words that name such systems, as names of boxes have them; the preferred one first."""
    used_by: str
    """The same systems in words, for instance "Debian and Ubuntu"."""
    library: str
    base: tuple[str, ...]
    """The packages that every node needs before anything else is installed."""
    repository_format: str
    """The last part of a repository's URL at pkgs.k8s.io and at openSUSE's build service: `deb` or `rpm`."""
    repository_key: str
    """The path of such a repository's signing key, relative to its URL."""
    kubelet_arguments: str
    """The file in which a machine's owner gives the kubelet more arguments."""
    proxy: Callable[[str], str]
    """Returns the content of `proxy_file` for a proxy's URL."""
    proxy_file: str
    """The same path as the library's, for those who learn what is written."""
    typed: Typed
    anchors: str
    """The folder of authorities' certificates that a machine's owner adds, one file each, ending in .crt."""
    store: str
    """The file with all authorities that the machine trusts, as `trusting` makes it from that folder."""
    trusting: str
    """The command that makes it; it comes with the package ca-certificates."""
    names: Mapping[str, str] = field(default_factory=dict)
    """This family's names of packages by Debian's names, where they differ."""
    leftovers: str = ""
    """Shell for recording and restoring an existing machine. It adds to `package_files`, and may define
    `remember_system`, which prints what else kubetui may change, and `restore_system`, which reads that."""
    swap: str = ""
    """Shell that comes before the script that turns swap off, for swap of a kind that only these systems have."""
    swap_probe: str = ""
    """Shell that comes after that script's probe."""
    modules: str = ""
    """Shell that comes after the library and before the kernel's modules are loaded, and installs those that lack."""
    selinux: bool = False
    """Whether SELinux may be on in its systems."""
    lacks: frozenset[str] = frozenset()
    """Packages, by Debian's names, that most of these systems do not have themselves."""

    @property
    def help(self) -> str:
        """The text shown beside the choice, worded as the end of a sentence."""
        return f"{self.name} for {self.used_by}"

    def called(self, names: Iterable[str]) -> str:
        """Translate Debian's names of packages into this family's, separated by spaces."""
        return " ".join(self.names.get(name, name) for name in names)

    def runs_on(self, ids: Iterable[str]) -> bool:
        """Return whether a system belongs to the family. `ids` are its ID and those in its ID_LIKE."""
        return not set(self.systems).isdisjoint(ids)

    def named_in(self, box: str) -> bool:
        """Return whether the name of a box names one of these systems.

        >>> from kubetui.software.packages import CATALOGUE
        >>> CATALOGUE["dnf"].named_in("bento/rockylinux-9"), CATALOGUE["apt"].named_in("bento/rockylinux-9")
        (True, False)
        """
        words = re.split(r"[^a-z]+", box.lower())
        return any(word.startswith(self.distributions) for word in words)

    def placed(self, url: str) -> str:
        """Return a mirror's URL with this family's format in place of `FORMAT_MARK`."""
        return url.replace(FORMAT_MARK, self.repository_format)

    def repository(self, template: str, minor: tuple[int, int]) -> str:
        """Return a repository's URL, from a `template` with {major}, {minor} and {format}.

        >>> from kubetui.software.packages import CATALOGUE
        >>> CATALOGUE["apt"].repository("https://example.org/v{major}.{minor}/{format}/", (1, 36))
        'https://example.org/v1.36/deb/'
        """
        return template.format(major=minor[0], minor=minor[1], format=self.repository_format)
