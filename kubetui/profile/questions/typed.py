"""Typed answers: parsed when complete, judged while incomplete, and formatted for editing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Final

from pydantic import ConfigDict, TypeAdapter, ValidationError

from kubetui.base.errors import HostLineError
from kubetui.profile.files.explain import Explanation, explain, field_at
from kubetui.profile.questions import addonwords, hostlines
from kubetui.profile.questions.pages import FieldPath, Question

_INTEGER: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_FRACTION: Final = re.compile(r"([0-9]{1,6})\.[0-9]{1,6}", re.ASCII)


def parse_answer(question: Question, text: str) -> str | int | list[Any] | None:
    """Return a typed value as a profile's file has it; None for an empty optional answer.

    Raises ValueError with a sentence for the person.
    """
    if question.kind == "hosts":
        return _hosts(question, text)
    if question.kind == "names":
        return _names(question, text)
    text = text.strip()
    if not text:
        if question.optional:
            return None
        raise ValueError(f"{question.title} is needed.")
    # an amount with a unit is read by its own type
    value = _integer(question, text) if question.kind == "integer" and not question.unit else text
    try:
        read = _type_of(question.path).validate_python(value)
    except ValidationError as error:
        raise ValueError(explain(error, at=question.path)[0].message) from None
    found: str | int = _type_of(question.path).dump_python(read, mode="json")
    return found


def _hosts(question: Question, text: str) -> list[dict[str, Any]]:
    hosts = hostlines.parse(text)
    wrong = _wrong(question, hosts)
    if wrong:
        number = hostlines.numbered(text)[int(wrong[0].path[1])][0]
        raise HostLineError(f"Line {number}: {wrong[0].message} {wrong[0].fix}".strip())
    return hosts


def _names(question: Question, text: str) -> list[Any]:
    names: list[Any] = addonwords.parse(text)
    if wrong := _wrong(question, names):
        raise ValueError(wrong[0].message)
    # as a profile has it: spaces in a range of addresses, and the like, are gone
    read: list[Any] = _type_of(question.path).dump_python(_type_of(question.path).validate_python(names), mode="json")
    return read


def _wrong(question: Question, value: object) -> tuple[Explanation, ...]:
    """Return what is wrong with a value, judged by its field's own type; nothing when it is valid."""
    try:
        _type_of(question.path).validate_python(value)
    except ValidationError as error:
        return explain(error, at=question.path)
    return ()


@cache
def _type_of(path: FieldPath) -> TypeAdapter[object]:
    """Return the type of the field at a path, with its limits and as strict as in a profile."""
    field = field_at(path)
    if field is None:
        raise LookupError(f"no field at {path}")
    annotation: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    return TypeAdapter(annotation, config=ConfigDict(strict=True))


def _integer(question: Question, text: str) -> int:
    if found := _FRACTION.fullmatch(text):
        below = int(found[1])
        fix = f"{below} or {below + 1}" if below else "1"
        raise ValueError(f"{text} is not a whole number, and {question.title} has to be one: write {fix}.")
    if not _INTEGER.fullmatch(text):
        raise ValueError(f"{question.title} has to be a whole number: digits alone.")
    return int(text)


def written(question: Question, value: Any) -> str:
    """Return a value as a person types it; `parse_answer` reverses it."""
    if question.kind == "hosts":
        return hostlines.lines(value)
    if question.kind == "names":
        return addonwords.written(value)
    return "" if value is None else str(value)


def could_become_valid(question: Question, text: str) -> bool:
    """Return whether more typing can still lead to a valid value.

    It tries to complete the text with the ends of valid values.
    """
    text = text.lstrip()
    if question.kind == "hosts":
        # an unfinished list is never wrong
        return True
    if question.kind == "names":
        return addonwords.could_go_on(text)
    if question.kind == "choice":
        return any(choice.startswith(text) for choice in question.choices)
    return not text or any(_is_right(question, text + end) for end in _ends(question))


@cache
def _ends(question: Question) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_all_ends(question)))


def _all_ends(question: Question) -> Iterator[str]:
    examples = (*question.examples, *([str(question.default)] if question.default is not None else []))
    yield ""
    for example in examples:
        yield from (example[start:] for start in range(len(example)))


def _is_right(question: Question, text: str) -> bool:
    try:
        parse_answer(question, text)
    except ValueError:
        return False
    return True
