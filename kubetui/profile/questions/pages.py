"""The wizard's pages, drawn from the profile's fields.

Nothing is declared twice: a question's title, help, default, choices and unit come from the profile's JSON Schema
of the field at its path. `answers.py` holds the answers; `typed.py` parses what a person types.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from kubetui.profile.questions import addonwords, hostlines
from kubetui.profile.schema.profile import Profile

FieldPath = tuple[str, ...]
Kind = Literal["text", "integer", "choice", "address", "cidr", "hosts", "names"]

_PAGES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "machines",
        "Machines",
        (
            "name",
            "provider",
            "hosts",
            "machines.box",
            "machines.box_sha256",
            "machines.packages",
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
            "addons",
            "mirrors.image_repository",
            "mirrors.apt_proxy",
            "mirrors.http_proxy",
            "mirrors.ca",
        ),
    ),
)
_FORMATS: dict[str, Kind] = {"ipv4": "address", "cidr": "cidr"}


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that the wizard asks: the field at `path`.

    `default` is the value as in a file, None if the field may stay empty (`optional`). Only a choice has `choices`;
    `unit` is "MiB" or empty; `examples` are values with a valid form.
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
    """The questions on one screen."""

    name: str
    title: str
    questions: tuple[Question, ...]


@cache
def pages() -> tuple[Page, ...]:
    """Return the wizard's pages in order."""
    schema = Profile.model_json_schema(by_alias=True)
    return tuple(
        Page(name, title, tuple(_question(schema, tuple(path.split("."))) for path in paths))
        for name, title, paths in _PAGES
    )


def _question(schema: dict[str, Any], path: FieldPath) -> Question:
    declared = _declared(schema, path)
    if path == ("addons",):
        how = f"{declared['description']} {addonwords.HOW}"
        return Question(path, declared["title"], how, "names", (), optional=True, examples=(addonwords.EXAMPLE,))
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


def owner(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return the path of the question that covers `path`, or else the path itself."""
    every = (question.path for page in pages() for question in page.questions)
    return next((each for each in every if path[: len(each)] == each), path)
