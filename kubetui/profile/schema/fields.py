"""The types of a profile's fields, each with its own check."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Any, Final, Protocol

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    InstanceOf,
    PlainSerializer,
    Strict,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from kubetui.base.errors import SecretInProfileError, UnknownNameError
from kubetui.base.files import credentials_file
from kubetui.base.redaction import remember_telling, remember_url, telling, url_password, url_user
from kubetui.base.text import clean
from kubetui.profile.schema.boxes import BoxSource, anchored, is_url, parse_box
from kubetui.profile.schema.kinds import GONE, PROVIDERS
from kubetui.profile.schema.spellings import amount, amounts, spoken_version, version
from kubetui.software import networks, packages, runtimes
from kubetui.software.packages.family import FORMAT_MARK
from kubetui.software.runtimes.upstream import SYSTEM_MARK

_LONGEST = 40
"""Characters that a name may have: with a machine's number, it still fits a host name."""
_NAME = r"^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$"
_OLDEST_MINOR = 31
"""The first minor version of Kubernetes 1 whose kubeadm reads what `kubeadm.py` writes."""
NEWEST_MINOR: Final = 37
"""The newest minor version of Kubernetes 1 that kubetui was tested with, and the default. Newer ones are tried."""
_PATCH_RELEASE = r"(\.(0|[1-9][0-9]{0,2}))?$"
_LEAST, _MOST = 512, 1_048_576
"""MiB that a machine can have."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """The type of a field that names an entry of a catalogue.

    Each check of a value and each schema reads the catalogue afresh, so that every entry can be chosen. `gone` has
    the names that were in it once, with the reason and what to use instead.
    """

    catalogue: Mapping[str, object] = field(hash=False)
    gone: Mapping[str, tuple[str, str]] = field(default_factory=dict, hash=False)

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return pydantic's check of a value."""
        return core_schema.no_info_after_validator_function(self._known, handler(source))

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Return the JSON Schema."""
        return {"type": "string", "enum": list(self.catalogue)}

    def _known(self, name: str) -> str:
        if name not in self.catalogue:
            why, fix = self.gone.get(name, ("", ""))
            raise UnknownNameError(name, tuple(self.catalogue), why=why, fix=fix)
        return name


class Entry(Protocol):
    """An entry of a catalogue, which a person can choose."""

    @property
    def help(self) -> str:
        """The text shown for it, worded as the end of a sentence."""


def choice(catalogue: Mapping[str, Entry], default: str, *, title: str, description: str) -> Any:
    """Return the declaration of a `OneOf` field. In `description`, {choices} becomes the help of every entry."""

    def described() -> str:
        *others, last = (entry.help for entry in catalogue.values())
        return description.format(choices=f"{', '.join(others)}, or {last}" if others else last)

    def describe(schema: dict[str, Any]) -> None:
        schema["description"] = described()

    return Field(default, title=title, description=described(), json_schema_extra=describe)


def without_password(url: str) -> str:
    """Return a URL unchanged. Raises SecretInProfileError when it contains a password, which no message repeats."""
    remember_url(url)
    scheme, _, rest = url.partition("://")
    user = rest.partition(":")[0]
    if not url_password(url) and ":" not in url_user(url):
        return url
    place = f"{scheme}://{user}@{rest.rpartition('@')[2]}"
    host = re.split(r"[/?#]", place.partition("://")[2], maxsplit=1)[0]
    raise SecretInProfileError(
        f"This URL contains a password, and a profile holds none. Write {place} without it: kubetui asks for it.",
        "An @ in a path is written %40. "
        f"Or this line gives kubetui the password, as it is and without %-codes, in {credentials_file()}, "
        f'which only you may read (chmod 600):\n    "{scheme}://{host}": "PASSWORD"',
    )


def _name(text: str) -> str:
    if re.fullmatch(_NAME, text, re.ASCII):
        return text
    if not text:
        raise ValueError("There is no name.")
    shown = clean(text[:_LONGEST])
    if len(text) > _LONGEST:
        raise ValueError(f"{shown}... has {len(text)} characters, and a name has at most {_LONGEST}.")
    fitting = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    instead = f" Write {fitting}." if fitting else " Write one such as lab."
    wrong = next((letter for letter in text if not re.fullmatch(r"[-a-z0-9]", letter)), "")
    if not wrong:
        raise ValueError(f"{shown} begins or ends with a hyphen, which a name may not.{instead}")
    what = "a capital letter" if wrong.isupper() else "a space" if wrong == " " else f"the character {clean(wrong)}"
    raise ValueError(f"{shown} contains {what}, which a name may not.{instead}")


def _address(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return IPv4Address(value)
    except ValueError:
        raise ValueError(f"{value} is not an IPv4 address: four numbers from 0 to 255 with dots between.") from None


def _cidr(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"[0-9.]+/[0-9]{1,2}", value):
        raise ValueError(f"{value} is not a range: an IPv4 address, a slash, and how many bits are fixed.")
    try:
        whole = IPv4Network(value, strict=False)
    except ValueError:
        raise ValueError(f"{value} is not a range: four numbers from 0 to 255, then a slash and 0 to 32.") from None
    if str(whole) != value:
        raise ValueError(f"{value} names an address inside {whole}: write the range as {whole}.")
    return whole


def _box(value: object) -> object:
    """Parse a box. Raises SecretInProfileError before any message repeats a URL's password."""
    return parse_box(without_password(value) if is_url(value) else value) if isinstance(value, str) else value


def _authorities(text: str) -> str:
    if not text.startswith(("/", "~")):
        raise ValueError(
            f"{clean(text[:80]) or 'Nothing'} is not a path that begins with / or ~/: any other depends on the folder "
            "that kubetui runs in."
        )
    return str(anchored(text, "authorities' certificates"))


def _without_secrets(patches: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    """Return kubeadm's patches. Raises SecretInProfileError where they hold a join token or a certificate key."""
    found = [name for name, _ in telling(remember_telling(patches))]
    if found:
        raise SecretInProfileError(
            f"{', '.join(dict.fromkeys(found))} is a secret, and a profile holds none.",
            "Delete it: kubetui makes join tokens and certificate keys when they are needed, and keeps none.",
        )
    return patches


def _supported(version: str) -> str:
    if int(version.split(".")[1]) < _OLDEST_MINOR:
        raise ValueError(
            f"{version} is too old: kubetui needs Kubernetes 1.{_OLDEST_MINOR} or later, because it writes kubeadm's "
            f'v1beta4 configuration, which is there from 1.{_OLDEST_MINOR} on. Write "1.{_OLDEST_MINOR}".'
        )
    return version


def _template(mark: str, what: str) -> Callable[[str], str]:
    """Return the check of a URL that may have a mark in it, and raises ValueError for any other brace."""

    def check(url: str) -> str:
        if re.search(r"[{}]", url.replace(mark, "")):
            raise ValueError(f"{clean(url)} has a brace in it: {mark} alone, {what}, may be in braces.")
        return url

    return check


Cidr = Annotated[
    IPv4Network,
    BeforeValidator(_cidr),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "format": "cidr",
            "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+/[0-9]+$",
            "examples": ["10.244.0.0/16", "10.96.0.0/12", "10.0.0.0/8", "192.168.100.0/24"],
        }
    ),
]
Address = Annotated[
    IPv4Address,
    BeforeValidator(_address),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "format": "ipv4"}),
]
Name = Annotated[str, AfterValidator(_name), WithJsonSchema({"type": "string", "pattern": _NAME})]
Url = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[A-Za-z0-9._~:/?#@!&()*+,;=%\[\]-]+$", min_length=8, max_length=500),
    AfterValidator(without_password),
]
_UrlWithBraces = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[A-Za-z0-9._~:/?#@!&()*+,;=%{}\[\]-]+$", min_length=8, max_length=500),
    AfterValidator(without_password),
]
UrlTemplate = Annotated[_UrlWithBraces, AfterValidator(_template(SYSTEM_MARK, "the machine's system"))]
PackagesUrl = Annotated[_UrlWithBraces, AfterValidator(_template(FORMAT_MARK, "deb or rpm"))]
Fingerprint = Annotated[str, StringConstraints(pattern=r"^[0-9A-F]{40}$")]
ProviderName = Annotated[str, OneOf(PROVIDERS, GONE)]
RuntimeName = Annotated[str, OneOf(runtimes.CATALOGUE)]
RuntimeSource = Annotated[str, OneOf(runtimes.SOURCES)]
PackagesName = Annotated[str, OneOf(packages.CATALOGUE)]
PackagesChoice = Annotated[str, OneOf(packages.CHOICES)]
PodNetworkName = Annotated[str, OneOf(networks.CATALOGUE, networks.GONE)]
Patches = Annotated[tuple[dict[str, Any], ...], Strict(strict=False), AfterValidator(_without_secrets)]
AuthoritiesFile = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_authorities)]
ProxyException = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.*_:/-]{1,255}$")]
Version = Annotated[
    str,
    BeforeValidator(spoken_version),
    AfterValidator(version),
    AfterValidator(_supported),
    WithJsonSchema({"type": "string", "pattern": rf"^v?1\.(3[1-9]|[4-9][0-9]){_PATCH_RELEASE}"}),
]
ImageName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][-a-zA-Z0-9._:/]{0,200}$")]
Registry = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][-a-z0-9.]{0,250}(:[0-9]{1,5})?$")]
HostPort = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][-A-Za-z0-9.]{0,250}(:[0-9]{1,5})?$")]
HostName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][-A-Za-z0-9._]{0,250}$")]
UserName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][-A-Za-z0-9_.]{0,31}$")]
Box = Annotated[
    InstanceOf[BoxSource],
    BeforeValidator(_box),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "minLength": 3, "maxLength": 500}),
]
OptionName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,60}$")]
Memory = Annotated[
    int,
    Field(ge=_LEAST, le=_MOST, json_schema_extra={"unit": "MiB"}),
    BeforeValidator(amount),
    amounts(_LEAST, _MOST),
]
Cpus = Annotated[int, Field(ge=1, le=256)]


class Part(BaseModel):
    """A group of fields: frozen, strict, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", validate_default=True)
