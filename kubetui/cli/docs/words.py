"""What the JSON Schema says of a profile's field, in words: its type, and the rule that a value has to keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter

from kubetui.profile.schema import fields
from kubetui.profile.schema.addons import Addresses
from kubetui.profile.schema.hosts import JUMP
from kubetui.profile.schema.nodes import LabelKey, LabelValue, Taints
from kubetui.software.upstream.fields import Release, Sha256, Url

Schema = Mapping[str, Any]

_SPELT: Final[tuple[tuple[Any, str], ...]] = (
    (fields.Name, "small letters, digits and hyphens, at most 40 characters, no hyphen at either end"),
    (fields.Version, "1.31 or later, as 1.MINOR or 1.MINOR.PATCH, in quotes"),
    (fields.Fingerprint, "40 hexadecimal digits in capitals"),
    (fields.Url, "a URL with http:// or https://, and no password in it"),
    (fields.PackagesUrl, "a URL with http:// or https://, and no password in it; {format} is the only mark in braces"),
    (fields.Registry, "a registry's host, perhaps with a port"),
    (fields.HostPort, "an address or a name, perhaps with a port"),
    (fields.HostName, "letters, digits, dots, hyphens and underscores"),
    (fields.UserName, "a user's name, at most 32 characters"),
    (fields.ImageName, "a registry's host, perhaps with a path"),
    (fields.OptionName, "small letters, digits and underscores"),
    (fields.ProxyException, "a host, a domain or a range"),
    (fields.Memory, "an amount such as 4 GiB"),
    (Sha256, "64 hexadecimal digits, as sha256sum prints them"),
    (Release, "a release such as v1.2.3"),
    (Url, "a URL with http:// or https://, and no user in it"),
    (Addresses, "FIRST-LAST"),
    (LabelKey, "NAME, or DOMAIN/NAME"),
    (LabelValue, "at most 63 letters, digits, -, _ and dots; may be empty"),
    (Taints, "KEY=VALUE:EFFECT, or KEY:EFFECT"),
)
"""What a type's regular expression means. One that is not here is shown as it is."""


@cache
def spelt() -> Mapping[str, str]:
    """Return what regular expressions mean, by their text."""
    found = {_pattern(TypeAdapter(kind).json_schema()): words for kind, words in _SPELT}
    return {**found, JUMP: "USER@HOST:PORT, of which USER and PORT may be left out; or a name of OpenSSH's"}


def _pattern(schema: Schema) -> str:
    """Return the regular expression of a type: that of the text among several forms, or that of a list's entries."""
    forms = (schema, schema.get("items", {}), *schema.get("anyOf", ()))
    return next(str(each["pattern"]) for each in forms if "pattern" in each)


def code(text: str) -> str:
    """Return text as Markdown's code, whatever is in it.

    >>> code("a`b")
    '``a`b``'
    """
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"


def kind(schema: Schema) -> str:
    """Return the type of a value.

    >>> kind({"anyOf": [{"type": "integer"}, {"type": "null"}]})
    'a whole number'
    """
    forms = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if forms:
        return " or ".join(dict.fromkeys(kind(each) for each in forms))
    if "enum" in schema:
        return f"one of {', '.join(code(str(each)) for each in schema['enum'])}"
    if "const" in schema:
        return f"always {code(str(schema['const']))}"
    if "$ref" in schema:
        return "a group of fields, see below"
    return _plain(schema)


def _plain(schema: Schema) -> str:
    match schema.get("type"):
        case "array":
            return f"a list; each entry is {kind(schema['items'])}" if schema.get("items") else "a list"
        case "object":
            inner = _values(schema)
            return f"keys with values; each value is {kind(inner)}" if inner else "keys with values"
        case "string":
            return {"ipv4": "an IPv4 address", "cidr": "an IPv4 range"}.get(schema.get("format", ""), "text")
        case "integer":
            return "a whole number"
        case "boolean":
            return "true or false"
        case _:
            return "anything"


def _values(schema: Schema) -> Schema | None:
    """Return what the values of a map have to be; None where they may be anything."""
    inner = schema.get("additionalProperties") or next(iter(schema.get("patternProperties", {}).values()), None)
    return inner if isinstance(inner, Mapping) and inner else None


def rule(schema: Schema) -> str:
    """Return what a value has to keep besides its type; empty if that is all.

    >>> rule({"type": "integer", "minimum": 1, "maximum": 7})
    '1 to 7'
    """
    return "; ".join(dict.fromkeys(_rules(schema)))


def _rules(schema: Schema) -> Iterator[str]:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        yield f"{least} to {most}"
    elif least is not None:
        yield f"{least} or more"
    elif most is not None:
        yield f"{most} at most"
    if pattern := schema.get("pattern"):
        yield spelt().get(pattern) or f"has to match {code(pattern)}"
    elif longest := schema.get("maxLength"):
        yield f"at most {longest} characters"
    for each in schema.get("anyOf", ()):
        yield from _rules(each)
    if schema.get("items"):
        yield from (f"each entry: {found}" for found in _rules(schema["items"]))
    if "properties" not in schema:
        yield from _of_map(schema)


def _of_map(schema: Schema) -> Iterator[str]:
    keys = [*schema.get("patternProperties", {}), schema.get("propertyNames", {}).get("pattern")]
    yield from (f"each key: {spelt().get(each) or f'has to match {code(each)}'}" for each in keys if each)
    if inner := _values(schema):
        yield from (f"each value: {found}" for found in _rules(inner))
