"""Turns pydantic's errors in a profile into messages for the person who wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from kubetui.base.errors import SecretInProfileError, UnknownNameError
from kubetui.base.places import KeyPath, dotted
from kubetui.base.text import clean, did_you_mean, shown
from kubetui.profile.schema.profile import Profile

_TYPES = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "text",
    "bool_type": "true or false",
    "dict_type": "a group of keys",
    "model_type": "a group of keys",
    "tuple_type": "a list",
    "is_instance_of": "text",
}
_AS_GIB = 64
"""An amount in MiB up to which a person may have meant GiB."""
_READABLE = 1e6
"""A fraction from which on no message names the whole numbers beside it."""
_UNION_TAGS = {"str", "int", "bool"}


@dataclass(frozen=True, slots=True)
class Explanation:
    """One error: `path` says where; `of_key` blames the key rather than its value."""

    path: KeyPath
    message: str
    fix: str
    of_key: bool = False


def explain(error: ValidationError, raw: dict[KeyPath, str] | None = None, at: KeyPath = ()) -> tuple[Explanation, ...]:
    """Return every error, one explanation per place, in the profile's order.

    `raw` has the text of values that YAML converted, so that a message quotes 1.40 instead of 1.4.
    `at` is the path of the field that was validated, where it was not the whole profile.
    """
    found: dict[KeyPath, Explanation] = {}
    for details in error.errors(include_url=False):
        explanation = _explain(details, (*at, *details["loc"]), raw or {})
        found.setdefault(explanation.path, explanation)
    return tuple(found.values())


def field_at(path: KeyPath) -> FieldInfo | None:
    """Return the declaration of the innermost field on a path of aliases."""
    model: type[BaseModel] | None = Profile
    found: FieldInfo | None = None
    named = False
    for part in path:
        if isinstance(part, int) or named:
            # neither an index nor a name that a person chose has a field of its own
            named = False
            continue
        inner = _fields(model).get(str(part)) if model else None
        if inner is None:
            return found
        found, model = inner, _model_of(inner.annotation)
        named = model is not None and get_origin(inner.annotation) is dict
    return found


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _model_of(annotation: Any) -> type[BaseModel] | None:
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def _known_keys(path: KeyPath) -> list[str]:
    """Return the valid keys of the group at `path`."""
    field = field_at(path)
    model = _model_of(field.annotation) if field else Profile
    return list(_fields(model)) if model else []


def _explain(details: ErrorDetails, path: KeyPath, raw: dict[KeyPath, str]) -> Explanation:
    of_key = path[-1:] == ("[key]",)
    if of_key or (path[-1:] and path[-1] in _UNION_TAGS and path[:2] == ("network", "options")):
        path = path[:-1]
    kind = details["type"]
    if kind == "extra_forbidden":
        group = dotted(path[:-1]) or "a profile"
        return Explanation(
            path,
            f"This is not a key of {group}.",
            did_you_mean(str(path[-1]), _known_keys(path[:-1])) or "Delete it.",
            of_key=True,
        )
    if kind == "missing":
        return Explanation(path, "It is missing and has no default.", _help(path))
    message, fix = _WORDS.get(kind, _other)(details, path, raw.get(path, ""))
    return Explanation(path, clean(message[:300]), fix, of_key)


def _help(path: KeyPath) -> str:
    field = field_at(path)
    return f"{field.title}: {field.description}" if field else ""


_Words = Callable[[ErrorDetails, KeyPath, str], tuple[str, str]]


def _wrong_type(details: ErrorDetails, path: KeyPath, raw: str) -> tuple[str, str]:
    value = details["input"]
    wanted = _TYPES.get(details["type"], "something else")
    if path[:2] == ("network", "options"):
        wanted = "text, a number, true or false"
    if value is None:
        return "There is no value.", "Delete the key to take the default, or give it a value."
    if isinstance(value, dict | list):
        what = "a group of keys" if isinstance(value, dict) else "a list"
        return f"Expected {wanted}, but found {what}.", _help(path)
    text = shown(raw or value)
    if raw and wanted == "text":
        kind = "true or false" if isinstance(value, bool) else "a number"
        return f"YAML reads {text} as {kind}, but text is needed.", f'Put it in quotes: "{text}"'
    return f"{text} is not {wanted}.", _whole(text, value, path) if wanted == "a whole number" else _help(path)


def _whole(text: str, value: object, path: KeyPath) -> str:
    """Return how to write a whole number instead."""
    if _unit(path):
        return "Write MiB, such as 4096, or an amount such as 4 GiB."
    if isinstance(value, float) and 1 <= value < _READABLE:
        return f"Write {int(value)} or {int(value) + 1}."
    return f"Write it without quotes: {text}" if text.isdecimal() else "Write only digits, without a unit."


def _unit(path: KeyPath) -> str:
    """Return the unit of a number's field, empty for none."""
    field = field_at(path)
    extra = field.json_schema_extra if field else None
    return str(extra["unit"]) if isinstance(extra, dict) and "unit" in extra else ""


def _bound(details: ErrorDetails, path: KeyPath, _raw: str) -> tuple[str, str]:
    context = details.get("ctx", {})
    unit = f" {_unit(path)}" if _unit(path) else ""
    value = shown(details["input"])
    if "ge" in context:
        meant = f" For {value} GiB, write {value} GiB." if unit and 0 < details["input"] <= _AS_GIB else ""
        return f"{value}{unit} is too little: at least {context['ge']}{unit}.{meant}", _help(path)
    return f"{value}{unit} is too much: at most {context.get('le')}{unit}.", _help(path)


def _pattern(details: ErrorDetails, path: KeyPath, _raw: str) -> tuple[str, str]:
    field = field_at(path)
    title = field.title if field else None
    text = shown(details["input"])
    such = f" Write one such as {field.examples[0]}." if field and field.examples else ""
    return (f"{text} does not fit {title}.{such}" if text else f"{title} is empty.{such}"), _help(path)


def _choice(details: ErrorDetails, path: KeyPath, _raw: str) -> tuple[str, str]:
    field = field_at(path)
    known = tuple(str(each) for each in get_args(field.annotation)) if field else ()
    return _unknown(UnknownNameError(str(details["input"]), known), details, path)


def _unknown(error: UnknownNameError, details: ErrorDetails, path: KeyPath) -> tuple[str, str]:
    if error.fix:
        return str(error), error.fix
    return str(error), did_you_mean(str(details["input"]), list(error.known)) if len(error.known) > 1 else _help(path)


def _raised(details: ErrorDetails, path: KeyPath, _raw: str) -> tuple[str, str]:
    error = details.get("ctx", {}).get("error", details["msg"])
    if isinstance(error, UnknownNameError):
        return _unknown(error, details, path)
    return str(error), error.fix if isinstance(error, SecretInProfileError) else _help(path)


def _other(details: ErrorDetails, path: KeyPath, _raw: str) -> tuple[str, str]:
    return f"{details['msg']}.", _help(path)


def _words() -> Iterator[tuple[str, _Words]]:
    yield from ((kind, _wrong_type) for kind in _TYPES)
    yield from ((kind, _bound) for kind in ("greater_than_equal", "less_than_equal"))
    yield from ((kind, _pattern) for kind in ("string_pattern_mismatch", "string_too_long", "string_too_short"))
    yield "literal_error", _choice
    yield "value_error", _raised


_WORDS: dict[str, _Words] = dict(_words())
