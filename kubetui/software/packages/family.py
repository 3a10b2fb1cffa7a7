"""The Family type: everything the steps need to install software on one kind of Linux."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Typed:
    """The family's commands as its library calls them, for those who learn them."""

    refresh: str
    """Fetches the lists of packages."""
    install: str
    """Installs the packages whose names follow; `pinned` does so for held ones."""
    pinned: str
    hold: str
    """Holds the packages whose names follow."""
    repository: Callable[[str, str, str, str], tuple[str, ...]]
    """Adds a repository, by its name, its URL, the file with its key, and its component or nothing."""


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
    used_by: str
    """The same systems in words, for instance "Debian and Ubuntu"."""
    library: str
    base: tuple[str, ...]
    """The packages that every node needs before anything else is installed."""
    repository_format: str
    """The last part of a repository's URL at pkgs.k8s.io and at openSUSE's build service: `deb` or `rpm`."""
    repository_key: str
    """The path of such a repository's signing key, relative to its URL."""
    proxy: Callable[[str], str]
    """Returns the content of `proxy_file` for a proxy's URL."""
    proxy_file: str
    """The same path as the library's, for those who learn what is written."""
    typed: Typed
    names: Mapping[str, str] = field(default_factory=dict)
    """This family's names of packages by Debian's names, where they differ."""

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

    def repository(self, template: str, minor: tuple[int, int]) -> str:
        """Return a repository's URL, from a `template` with {major}, {minor} and {format}.

        >>> from kubetui.software.packages import CATALOGUE
        >>> CATALOGUE["apt"].repository("https://example.org/v{major}.{minor}/{format}/", (1, 36))
        'https://example.org/v1.36/deb/'
        """
        return template.format(major=minor[0], minor=minor[1], format=self.repository_format)
