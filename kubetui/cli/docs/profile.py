"""The reference of a profile, made from its fields: none can be left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from kubetui.cli.docs.words import Schema, code, kind, rule
from kubetui.profile.schema.profile import Profile
from kubetui.profile.schema.since import since

NAME: Final = "NAME"
"""What stands for a key that a person chooses, in a field's path."""
KEYS: Final[Mapping[str, str]] = {"machines.by_name": "kubnode1"}
"""The keys that examples have, by the path of what has them."""
_TOP: Final = """# The profile

A profile is a YAML file with your choices, and everything else has the default that is given here. A key that is not on
this page is refused, with the file, the line and the nearest key that there is.

`kubetui profiles schema` prints the same as JSON Schema, for editors. `kubetui plan FILE` checks a file, also against
the rules between fields, and shows what follows from it.

In paths, `[]` is an entry of a list, and `NAME` a key of your choice. Every example is a part of a profile. This page
is made from the program's fields.
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a profile: where it is, and everything that the reference says of it.

    `path` has a part for each level; `[]` stands for an entry of a list. `example` is a value as in a file, None for a
    group of fields.
    """

    path: tuple[str, ...]
    field: FieldInfo
    schema: Schema
    inner: tuple[str, ...]
    """Where its own fields begin, below it; empty for a field that is no group."""

    @property
    def name(self) -> str:
        """The path as people write it."""
        return ".".join(self.path).replace(".[]", "[]")

    @property
    def is_group(self) -> bool:
        """Whether it has fields of its own, which are entries as well."""
        return "$ref" in str(self.schema)

    @property
    def default(self) -> str:
        """What a profile without the field has, as in a file."""
        if self.field.is_required():
            return "none: it has to be given"
        if "default" in self.schema:
            value = self.schema["default"]
        else:
            made = self.field.get_default(call_default_factory=True)
            if isinstance(made, BaseModel):
                return "its own fields' defaults"
            value = made
        return "not set" if value is None else code(flow(value))

    @property
    def example(self) -> Any:
        """A value as in a file: the declared one, else the default. None where there is neither."""
        found = self.field.examples[0] if self.field.examples else self.schema.get("default")
        # the wizard's examples are text, as people type it
        return int(found) if isinstance(found, str) and found.isdecimal() else found


def flow(value: Any) -> str:
    """Return a value as YAML on one line.

    >>> flow({"machines": {"workers": 3}}), flow("1.37"), flow([])
    ('machines: {workers: 3}', "'1.37'", '[]')
    """
    text: str = yaml.safe_dump(value, default_flow_style=True, width=1_000_000, sort_keys=False, allow_unicode=True)
    text = text.removesuffix("\n").removesuffix("\n...")
    return text[1:-1] if isinstance(value, Mapping) and value else text


def placed(path: tuple[str, ...], value: Any, keys: Mapping[str, str] = KEYS) -> Any:
    """Return a value in the part of a profile where the path says.

    >>> placed(("hosts", "[]", "port"), 2222)
    {'hosts': [{'port': 2222}]}
    """
    for depth in range(len(path) - 1, -1, -1):
        part = path[depth]
        if part == "[]":
            value = [value]
        elif part == NAME:
            value = {keys[".".join(path[:depth])]: value}
        else:
            value = {part: value}
    return value


def entries() -> Iterator[Entry]:
    """Yield every field of a profile, a group before its fields."""
    schema = Profile.model_json_schema(by_alias=True)
    yield from _of(Profile, schema, schema["$defs"], ())


def _of(model: type[BaseModel], schema: Schema, shapes: Schema, path: tuple[str, ...]) -> Iterator[Entry]:
    for name, field in model.model_fields.items():
        key = field.alias or name
        inside = tuple(_inside(field.annotation))
        yield Entry((*path, key), field, schema["properties"][key], inside[0][0] if inside else ())
        for steps, inner in inside:
            yield from _of(inner, shapes[inner.__name__], shapes, (*path, key, *steps))


def _inside(annotation: Any) -> Iterator[tuple[tuple[str, ...], type[BaseModel]]]:
    """Yield each group of fields in a type, with the way to it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield (), annotation
        return
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        arguments = arguments[:1]
    step = {dict: (NAME,), tuple: ("[]",), list: ("[]",)}.get(origin, ()) if origin else ()
    for each in arguments:
        yield from (((*step, *more), model) for more, model in _inside(each))


def reference() -> str:
    """Return the reference of every field, as Markdown."""
    sections = [_TOP]
    sections += ("\n".join(_section(entry)) for entry in entries())
    return "\n".join(sections)


def _section(entry: Entry) -> Iterator[str]:
    yield f"{'##' if len(entry.path) == 1 else '###'} {entry.name}\n"
    yield f"{entry.field.description}\n"
    yield f"- Type: {kind(entry.schema)}"
    yield f"- Default: {entry.default}"
    if found := rule(entry.schema):
        yield f"- Rule: {found}"
    if entry.example is not None:
        yield f"- Example: {code(flow(placed(entry.path, entry.example)))}"
    yield f"- Since: {since(entry.field)}\n"
