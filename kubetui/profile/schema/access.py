"""What machines share with this host besides the network: ports, folders, and disks of their own."""

from __future__ import annotations

import re
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, Strict, StringConstraints, WithJsonSchema

from kubetui.base.text import clean
from kubetui.profile.schema.fields import Address, Name, Part
from kubetui.profile.schema.spellings import amounts, disk_size

LOOPBACK: Final = IPv4Address("127.0.0.1")
_HOST_PATH: Final = re.compile(r"[^\x00-\x1f\x7f\\]{1,500}")
_GUEST_PATH: Final = r"^/[A-Za-z0-9._/-]{1,200}$"
_LEAST, _MOST = 64, 2**24
"""MiB of an extra disk: what a file system needs at least, and 16 TiB."""


def _on_this_host(text: str) -> str:
    """Return the path with `~` expanded, so that it means the same folder wherever kubetui runs."""
    if not _HOST_PATH.fullmatch(text):
        raise ValueError("A folder's path has no backslashes and no control characters in it.")
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        raise ValueError(f"{clean(text)} names the home folder of a user that this host does not have.") from None
    if not path.is_absolute():
        raise ValueError(f"{clean(text)} depends on the folder that kubetui runs in. Begin the path with / or ~/.")
    if path == Path("/"):
        raise ValueError("/ is this whole host. Name the folder that the machines need.")
    return str(path)


def _in_machines(text: str) -> str:
    if {".", "..", ""} & {*text.removeprefix("/").split("/")}:
        raise ValueError(f"{clean(text)} is not a plain path: leave out . and .., doubled slashes and the last slash.")
    return text


PortNumber = Annotated[int, Field(ge=1, le=2**16 - 1)]
HostFolder = Annotated[str, AfterValidator(_on_this_host), WithJsonSchema({"type": "string", "minLength": 1})]
GuestFolder = Annotated[str, StringConstraints(pattern=_GUEST_PATH), AfterValidator(_in_machines)]
DiskSize = Annotated[
    int,
    Field(ge=_LEAST, le=_MOST, json_schema_extra={"unit": "MiB"}),
    BeforeValidator(disk_size),
    amounts(_LEAST, _MOST),
]


class Port(Part):
    """A port of this host that leads to a port of one machine; TCP."""

    host: PortNumber = Field(
        title="Port of this host", description="Where this host listens; 1024 or more.", examples=[8080]
    )
    to: PortNumber = Field(
        title="Port of the machine", description="Where it leads, such as a service's NodePort.", examples=[30080]
    )
    machine: Name | None = Field(
        None,
        title="Machine",
        description="The machine that it leads to; the first control plane unless named.",
        examples=["kubnode1"],
    )
    listen: Address = Field(
        LOOPBACK,
        title="Listens at",
        description="The address of this host at which it listens: 127.0.0.1 for this host alone, 0.0.0.0 for everyone "
        "who reaches it.",
    )


class Folder(Part):
    """A folder of this host that every machine has, too."""

    host: HostFolder = Field(
        title="Folder of this host", description="Its path on this host, from / or ~/ on.", examples=["~/data"]
    )
    guest: GuestFolder = Field(
        title="Path in the machines", description="Where the machines have it.", examples=["/srv/data"]
    )
    writable: bool = Field(
        default=False,
        title="Writable",
        description="Whether machines and pods may change this host's files; only where the folder is the same one "
        "and no copy.",
    )


class Disk(Part):
    """An empty disk that a machine has besides its own."""

    size: DiskSize = Field(title="Size", description="MiB; 10 GiB is read as 10240.", examples=["10 GiB"])


Ports = Annotated[tuple[Port, ...], Strict(strict=False)]
Folders = Annotated[tuple[Folder, ...], Strict(strict=False)]
Disks = Annotated[tuple[Disk, ...], Strict(strict=False)]


def disks(of: str) -> Any:
    """Return the declaration of a field for the extra disks of some machines, which `of` names."""
    return Field(
        None,
        title="Extra disks",
        description=f"Empty disks of {of}, instead of those of all machines; [] for none.",
        examples=[[{"size": "10 GiB"}]],
    )
