"""The wizard's pages, drawn from the profile's fields.

Nothing is declared twice: a question's title, help, default, choices and unit come from the field that
the path names, by way of the profile's JSON Schema. Answers are nested dictionaries with plain values, as
a profile's file has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from pydantic import ValidationError

from kubetui import hostlines
from kubetui.explain import Explanation, explain
from kubetui.profile import Profile
from kubetui.providers.catalogue import PROVIDERS
from kubetui.rules import check

FieldPath = tuple[str, ...]
Kind = Literal["text", "integer", "choice", "address", "cidr", "hosts"]

_PAGES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "machines",
        "Machines",
        (
            "name",
            "provider",
            "hosts",
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
        (
            "network.first_address",
            "network.control_plane_endpoint",
            "network.pod_cidr",
            "network.service_cidr",
            "network.pod_network",
            "network.manifest.path",
            "network.manifest.url",
            "network.manifest.sha256",
        ),
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
    default: str | int | tuple[()] | None
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
    if declared.get("type") == "array":
        return Question(path, declared["title"], hostlines.HELP, "hosts", (), examples=(hostlines.EXAMPLE,))
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
        inner = group["properties"][part]
        reference = inner.get("$ref") or inner["anyOf"][0]["$ref"]
        group = schema["$defs"][reference.rpartition("/")[2]]
    declared: dict[str, Any] = group["properties"][path[-1]]
    return declared


def _group(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return values.get(name) or {}


def _makes_machines(values: Mapping[str, Any]) -> bool:
    provider = PROVIDERS.get(str(values.get("provider", "")))
    return provider is None or provider.makes_machines


def _has_hosts(values: Mapping[str, Any]) -> bool:
    return not _makes_machines(values)


def _has_manifest(values: Mapping[str, Any]) -> bool:
    return bool(_group(values, "network").get("pod_network") == "manifest")


def _needs_endpoint(values: Mapping[str, Any]) -> bool:
    """Tell whether there are several control planes; an endpoint that is named already can still be taken away."""
    if _group(values, "network").get("control_plane_endpoint"):
        return True
    if _makes_machines(values):
        return bool(_group(values, "machines").get("control_planes", 1) > 1)
    return len([host for host in values.get("hosts") or () if host.get("role") == "control plane"]) > 1


_ONLY: Final[Mapping[str, Callable[[Mapping[str, Any]], bool]]] = {
    "hosts": _has_hosts,
    "machines.": _makes_machines,
    "network.first_address": _makes_machines,
    "network.control_plane_endpoint": _needs_endpoint,
    "network.manifest.": _has_manifest,
}
"""The questions that are asked only where the other answers make sense of them, by the beginning of their path."""


def is_asked(question: Question, values: Mapping[str, Any]) -> bool:
    """Tell whether a question makes sense with these answers."""
    path = ".".join(question.path)
    return all(holds(values) for start, holds in _ONLY.items() if path.startswith(start))


def fitting(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values with the default wherever nothing is asked, so that no profile says what means nothing."""
    for page in pages():
        for question in page.questions:
            if not is_asked(question, values) and value_at(values, question) != question.default:
                values = answer(values, question.path, question.default)
    manifest = _group(values, "network").get("manifest")
    if manifest is not None and not any(manifest.values()):
        values = answer(values, ("network", "manifest"), None)
    return values


def owner(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return the path of the question that asks for what is at `path`, or else the path itself."""
    every = (question.path for page in pages() for question in page.questions)
    return next((each for each in every if path[: len(each)] == each), path)


def parse_answer(question: Question, text: str) -> str | int | list[dict[str, Any]] | None:
    """Return the value that a person typed, as a profile's file has it; None for an empty optional answer.

    Raises ValueError with a sentence for the person.
    """
    if question.kind == "hosts":
        return _hosts(question, text)
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


def _hosts(question: Question, text: str) -> list[dict[str, Any]]:
    hosts = hostlines.parse(text)
    wrong = _wrong_fields(answer({}, question.path, hosts))
    if wrong:
        number = hostlines.numbered(text)[int(wrong[0].path[1])][0]
        raise hostlines.HostLineError(f"Line {number}: {wrong[0].message} {wrong[0].fix}".strip())
    return hosts


def written(question: Question, value: Any) -> str:
    """Return a value as a person types it: `parse_answer` of it gives the same value."""
    if question.kind == "hosts":
        return hostlines.lines(value)
    return "" if value is None else str(value)


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
    if question.kind == "hosts":
        # whoever writes a list is not interrupted in its middle
        return True
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
