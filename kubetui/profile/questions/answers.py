"""The answers to the wizard's questions: which questions they make necessary, their profile, and their problems.

Answers are nested dictionaries of plain values, as in a profile's file. They may be invalid at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from kubetui.profile.files.explain import explain
from kubetui.profile.questions.pages import FieldPath, Question, pages
from kubetui.profile.rules.between_fields import check
from kubetui.profile.schema.kinds import PROVIDERS
from kubetui.profile.schema.profile import Profile


def answer(values: Mapping[str, Any], path: FieldPath, value: object) -> dict[str, Any]:
    """Return a copy of the values with one more answer."""
    head, *rest = path
    if not rest:
        return {**values, head: value}
    return {**values, head: answer(values.get(head) or {}, tuple(rest), value)}


def value_at(values: Mapping[str, Any], question: Question) -> Any:
    """Return the answer to a question, or else its default."""
    inner: Any = values
    for part in question.path:
        if not isinstance(inner, Mapping) or part not in inner:
            return question.default
        inner = inner[part]
    return inner


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
    """Return whether there are several control planes, or an endpoint that the person may want to remove."""
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
"""When to ask a question that depends on other answers, by the start of its path."""


def is_asked(question: Question, values: Mapping[str, Any]) -> bool:
    """Return whether a question makes sense with these answers."""
    path = ".".join(question.path)
    return all(holds(values) for start, holds in _ONLY.items() if path.startswith(start))


def fitting(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values with defaults for questions that are not asked, so that no profile has meaningless values."""
    for page in pages():
        for question in page.questions:
            if not is_asked(question, values) and value_at(values, question) != question.default:
                values = answer(values, question.path, question.default)
    manifest = _group(values, "network").get("manifest")
    if manifest is not None and not any(manifest.values()):
        values = answer(values, ("network", "manifest"), None)
    return values


def values_of(profile: Profile) -> dict[str, Any]:
    """Return a profile's values as the wizard holds them; `profile_of` reverses it."""
    return profile.model_dump(mode="json", by_alias=True)


def profile_of(values: Mapping[str, Any]) -> Profile:
    """Return the profile with these values.

    Raises ValueError with one line per invalid field; `check` finds problems between fields.
    """
    try:
        return Profile.model_validate(dict(values))
    except ValidationError as error:
        raise ValueError("\n".join(each.message for each in explain(error))) from None


def problems(values: Mapping[str, Any]) -> dict[tuple[str | int, ...], str]:
    """Return the problems of the values, by the field to blame, each as a message for the person.

    Rules between fields are only checked once every field is valid.
    """
    try:
        profile = Profile.model_validate(dict(values))
    except ValidationError as error:
        return {each.path: each.message for each in explain(error)}
    found: dict[tuple[str | int, ...], str] = {}
    for problem in check(profile):
        found.setdefault(problem.path, str(problem))
    return found
