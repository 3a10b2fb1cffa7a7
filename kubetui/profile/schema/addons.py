"""Add-ons as a person writes them: a name, or a name with a release or a mirror of its own."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    InstanceOf,
    PlainSerializer,
    Strict,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from kubetui.profile.schema.fields import OneOf, Part
from kubetui.software import addons
from kubetui.software.addons import AddOn, Brief
from kubetui.software.addons.registry import PORT as REGISTRY_PORT
from kubetui.software.upstream.fields import Release, Sha256, Url


@dataclass(frozen=True, slots=True)
class AddressRange:
    """Addresses that follow each other; both ends belong to it."""

    first: IPv4Address
    last: IPv4Address

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"

    def __contains__(self, address: IPv4Address) -> bool:
        return self.first <= address <= self.last


def _range(value: object) -> object:
    if not isinstance(value, str):
        return value
    first, _, last = value.partition("-")
    try:
        made = AddressRange(IPv4Address(first.strip()), IPv4Address(last.strip()))
    except ValueError:
        raise ValueError(f"{value} is no range of addresses. Write one as 192.168.56.240-192.168.56.250.") from None
    if made.first > made.last:
        raise ValueError(f"{value} ends before it begins. Write {made.last}-{made.first}.")
    return made


Addresses = Annotated[
    InstanceOf[AddressRange],
    BeforeValidator(_range),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9.]+ *- *[0-9.]+$"}),
]
AddOnName = Annotated[str, OneOf(addons.CATALOGUE)]


class Chosen(Part):
    """One add-on, and which release of it."""

    name: AddOnName = Field(title="Name", description="The add-on.", examples=["storage"])
    version: Release | None = Field(
        None,
        title="Version",
        description="Another release than the one that kubetui takes, such as v0.0.30.",
        examples=["v0.0.30"],
    )
    url: Url | None = Field(
        None,
        title="Manifest URL",
        description="Where its manifest is instead of its project's own place: a mirror that this computer reaches.",
        examples=["https://mirror.example.org/addon.yaml"],
    )
    sha256: Sha256 | None = Field(
        None,
        title="Manifest SHA-256",
        description="The manifest's checksum, where kubetui knows none for the version. Without one, the first text "
        "that a cluster gets is remembered.",
        examples=["0123456789abcdef" * 4],
    )
    addresses: Addresses | None = Field(
        None,
        title="Addresses",
        description="The addresses of the nodes' network that loadbalancer gives to services, FIRST-LAST; .240 to "
        ".250 of it unless you say so. No machine may have one of them.",
        examples=["192.168.56.240-192.168.56.250"],
    )
    address: IPv4Address | None = Field(
        None,
        title="Address",
        description="The address of the nodes' network that vip gives to the control planes together; .239 of it "
        "unless you say so. No machine may have it.",
        strict=False,
        examples=["192.168.56.239"],
    )
    port: int | None = Field(
        None,
        title="Port",
        description="The NodePort of registry, at which every node answers and which its images have in their names; "
        f"{REGISTRY_PORT} unless you say so.",
        ge=1,
        le=65535,
        examples=[30501],
    )

    @property
    def addon(self) -> AddOn:
        """The add-on that it names."""
        return addons.CATALOGUE[self.name]

    def brief(self) -> Brief:
        """Return what the add-on is told of the profile."""
        return Brief(self.version or self.addon.version, self.url or "", self.sha256 or "")

    def short(self) -> str | dict[str, Any]:
        """Return it as a profile has it: its name alone where there is no more to say."""
        said = self.model_dump(mode="json", exclude_none=True)
        return self.name if said == {"name": self.name} else said


@dataclass(frozen=True, slots=True)
class _OrName:
    """Has the JSON Schema say that a name alone will do."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Return the JSON Schema."""
        return {"anyOf": [{"type": "string", "enum": list(addons.CATALOGUE)}, handler(schema)]}


def _named(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


def _once(chosen: tuple[Chosen, ...]) -> tuple[Chosen, ...]:
    names = [each.name for each in chosen]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{', '.join(twice)} is in the list twice. Leave one out.")
    return chosen


_Entry = Annotated[
    Chosen, BeforeValidator(_named), PlainSerializer(lambda chosen: chosen.short(), return_type=Any), _OrName()
]
AddOns = Annotated[tuple[_Entry, ...], Strict(strict=False), AfterValidator(_once)]
