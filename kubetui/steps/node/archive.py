"""A runtime's program that comes in an archive: where the archive is, and the checksum that it must have."""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script
from kubetui.profile.plan import Plan
from kubetui.remote.command import Value
from kubetui.software.runtimes.archive import ARCHITECTURE_MARK, Archive
from kubetui.steps.node import proxy

PROBE: Final = script(__package__, "archive-probe.sh")
APPLY: Final = script(__package__, "archive-apply.sh")
ANY: Final = "any"
"""Stands for every processor, where a mirror has one archive."""


def sources(plan: Plan, archive: Archive) -> dict[str, tuple[str, str]]:
    """Return the URL and the checksum of the archive for each processor: the profile's mirror, or the release."""
    mirror = plan.profile.mirrors.cri_dockerd
    if mirror:
        return {ANY: (mirror.url, mirror.sha256)}
    return {name: (archive.url.replace(ARCHITECTURE_MARK, name), sha256) for name, sha256 in archive.sha256.items()}


def values(plan: Plan, archive: Archive) -> dict[str, Value]:
    """Return the variables that the archive's scripts read, with the password that its URL needs."""
    found = sources(plan, archive).items()
    return {
        "ARCHIVE": archive.name,
        "ARCHIVES": plan.logins.value(
            lambda whole: "\n".join(f"{name} {whole(url)} {sha256}" for name, (url, sha256) in found)
        ),
        "ARCHIVE_OLDEST": archive.oldest,
        "PROXY": proxy.curl_configuration(plan),
    }
