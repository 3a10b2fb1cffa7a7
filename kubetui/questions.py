"""The wizard's pages, drawn from the profile's fields.

Nothing is declared twice: a question's title, help, default, choices and unit come from the field that
the path names, by way of the profile's JSON Schema. Answers are nested dictionaries with plain values, as
a profile's file has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pydantic import ValidationError

from kubetui.explain import Explanation, explain
from kubetui.profile import Profile
from kubetui.rules import check

FieldPath = tuple[str, ...]
Kind = Literal["text", "integer", "choice", "address", "cidr"]

_PAGES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "machines",
        "Machines",
        (
            "name",
            "provider",
            "machines.box",
            "machines.control_planes",
            "machines.workers",
            "machines.memory",
            "machines.cpus",
        ),
    ),
    (
        "network",
        "Network",
        ("network.first_address", "network.pod_cidr", "network.service_cidr", "network.pod_network"),
    ),
    (
        "kubernetes",
        "Kubernetes",
        (
            "kubernetes.version",
            "kubernetes.runtime",
            "mirrors.image_repository",
            "mirrors.apt_proxy",
            "mirrors.http_proxy",
        ),
    ),
)
_FORMATS: dict[str, Kind] = {"ipv4": "address", "cidr": "cidr"}


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that the wizard asks: the field at `path`.

    `default` is the value as a file has it, None where the field may stay empty (`optional`). `choices` are
    there for a choice alone, `unit` is "MiB" or nothing, `examples` are values that have the right form.
    """

    path: FieldPath
    title: str
    help: str
    kind: Kind
    default: str | int | None
    choices: tuple[str, ...] = ()
    unit: str = ""
    optional: bool = False
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The questions that stand on one screen."""

    name: str
    title: str
    questions: tuple[Question, ...]


@cache
def pages() -> tuple[Page, ...]:
    """Return the wizard's pages in their order."""
    schema = Profile.model_json_schema(by_alias=True)
    return tuple(
        Page(name, title, tuple(_question(schema, tuple(path.split("."))) for path in paths))
        for name, title, paths in _PAGES
    )


def _question(schema: dict[str, Any], path: FieldPath) -> Question:
    declared = _declared(schema, path)
    kinds = declared.get("anyOf", [declared])
    form = {**kinds[0], **declared}
    choices = form.get("enum", [form["const"]] if "const" in form else [])
    return Question(
        path=path,
        title=declared["title"],
        help=declared["description"],
        kind=_kind(form, kinds[0], choices),
        default=declared.get("default"),
        choices=tuple(map(str, choices)),
        unit=form.get("unit", ""),
        optional={"type": "null"} in kinds,
        examples=tuple(map(str, form.get("examples", ()))),
    )


def _kind(form: dict[str, Any], inner: dict[str, Any], choices: list[Any]) -> Kind:
    if choices:
        return "choice"
    if inner.get("type") == "integer":
        return "integer"
    return _FORMATS.get(form.get("format", ""), "text")


def _declared(schema: dict[str, Any], path: FieldPath) -> dict[str, Any]:
    """Return the JSON Schema of the field at a path."""
    group = schema
    for part in path[:-1]:
        group = schema["$defs"][group["properties"][part]["$ref"].rpartition("/")[2]]
    declared: dict[str, Any] = group["properties"][path[-1]]
    return declared


def parse_answer(question: Question, text: str) -> str | int | None:
    """Return the value that a person typed, as a profile's file has it; None for an empty optional answer.

    Raises ValueError with a sentence for the person.
    """
    text = text.strip()
    if not text:
        if question.optional:
            return None
        raise ValueError(f"{question.title} is needed.")
    value = _integer(question, text) if question.kind == "integer" else text
    wrong = _wrong_fields(answer({}, question.path, value))
    if wrong:
        raise ValueError(wrong[0].message)
    return value


def _integer(question: Question, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and str(int(text)) == text):  # noqa: PLR2004
        unit = f" of {question.unit}" if question.unit else ""
        raise ValueError(f"{question.title} is a whole number{unit}, in digits alone.")
    return int(text)


def answer(values: Mapping[str, Any], path: FieldPath, value: object) -> dict[str, Any]:
    """Return the values with one more; what was given stays as it was."""
    head, *rest = path
    if not rest:
        return {**values, head: value}
    return {**values, head: answer(values.get(head) or {}, tuple(rest), value)}


def value_at(values: Mapping[str, Any], question: Question) -> Any:
    """Return what the values say to a question, or else its default."""
    inner: Any = values
    for part in question.path:
        if not isinstance(inner, Mapping) or part not in inner:
            return question.default
        inner = inner[part]
    return inner


def values_of(profile: Profile) -> dict[str, Any]:
    """Return a profile's values as the wizard holds them: `profile_of` makes an equal profile of them."""
    return profile.model_dump(mode="json", by_alias=True)


def profile_of(values: Mapping[str, Any]) -> Profile:
    """Return the profile that the values make.

    Raises ValueError with one sentence a line where a field is wrong; `check` finds what is wrong between fields.
    """
    try:
        return Profile.model_validate(dict(values))
    except ValidationError as error:
        raise ValueError("\n".join(each.message for each in explain(error))) from None


def problems(values: Mapping[str, Any]) -> dict[tuple[str | int, ...], str]:
    """Return what is wrong with the values, by the field to blame, each as a message for the person.

    The rules between fields are looked at once each field is right.
    """
    wrong = _wrong_fields(values)
    if wrong:
        return {each.path: each.message for each in wrong}
    found: dict[tuple[str | int, ...], str] = {}
    for problem in check(profile_of(values)):
        found.setdefault(problem.path, str(problem))
    return found


def _wrong_fields(values: Mapping[str, Any]) -> tuple[Explanation, ...]:
    try:
        Profile.model_validate(dict(values))
    except ValidationError as error:
        return explain(error)
    return ()


def could_become_valid(question: Question, text: str) -> bool:
    """Return whether a person who goes on typing can still arrive at a right value.

    Found by trying: what was typed, completed by the ends of values that have the right form.
    """
    text = text.lstrip()
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
