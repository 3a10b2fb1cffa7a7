"""The shape of a package family: everything the steps need to install software on one kind of Linux."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Family:
    """One package family. `library` is shell functions that go before each script that handles packages.

    The library defines:

    - `proxy_file`: the file that holds the package manager's proxy
    - `install NAME...`, and `install_pinned NAME[=VERSION]...`, which changes held packages as well
    - `installed NAME...`, `version_of NAME`, `hold NAME...`, `held NAME`
    - `find_repository NAME URL` for probes, and `add_repository NAME URL KEY`, which fetches its list as well
    - `repository_files NAME`, and the arrays `package_files` and `package_folders`: what all that leaves on a machine
    - `packages`, `settle`, `ledger` and `stamp`, with which destroying a cluster finds what kubetui installed
    - `removal NAME...`, `remove NAME...`, `list_held`, `list_automatic` and `mark_automatic NAME...`, to take it back
    """

    name: str
    """What a profile calls it."""
    systems: tuple[str, ...]
    """The systems that have it, as ID or ID_LIKE in /etc/os-release calls them (os-release(5))."""
    used_by: str
    """The same in words, for instance "Debian and Ubuntu"."""
    library: str
    base: tuple[str, ...]
    """The packages that every node needs before anything else is installed."""
    repository_format: str
    """The last part of a repository's URL at pkgs.k8s.io and at openSUSE's build service: `deb` or `rpm`."""
    repository_key: str
    """Where such a repository has its signing key, relative to its URL."""
    proxy: Callable[[str], str]
    """Returns what `proxy_file` holds for a proxy's URL."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Packages that this family calls something else: Debian's name, and its own."""

    @property
    def help(self) -> str:
        """What a person reads beside the choice; the end of a sentence."""
        return f"{self.name} for {self.used_by}"

    def called(self, names: Iterable[str]) -> str:
        """Return Debian's names of packages as this family has them, separated by spaces."""
        return " ".join(self.names.get(name, name) for name in names)

    def runs_on(self, ids: Iterable[str]) -> bool:
        """Tell whether a system belongs to the family. `ids` are its ID and those in its ID_LIKE."""
        return not set(self.systems).isdisjoint(ids)

    def repository(self, template: str, minor: tuple[int, int]) -> str:
        """Return a repository's URL. In `template`, {major}, {minor} and {format} stand for what differs.

        >>> from kubetui.software.packages import CATALOGUE
        >>> CATALOGUE["apt"].repository("https://example.org/v{major}.{minor}/{format}/", (1, 36))
        'https://example.org/v1.36/deb/'
        """
        return template.format(major=minor[0], minor=minor[1], format=self.repository_format)
