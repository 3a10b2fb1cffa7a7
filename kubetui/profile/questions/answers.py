"""The wizard's answers: which questions they make necessary, and the profile they make.

Answers are nested dictionaries of plain values, as in a profile's file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from kubetui.profile.files.explain import explain
from kubetui.profile.questions.pages import FieldPath, Question, pages
from kubetui.profile.schema.boxes import BoxKind, parse_box
from kubetui.profile.schema.kinds import PROVIDERS
from kubetui.profile.schema.profile import Profile
from kubetui.software import networks


def answer(values: Mapping[str, Any], path: FieldPath, value: object) -> dict[str, Any]:
    """Return a copy of the values with one answer added or replaced."""
    head, *rest = path
    if not rest:
        return {**values, head: value}
    return {**values, head: answer(values.get(head) or {}, tuple(rest), value)}


def value_at(values: Mapping[str, Any], question: Question) -> Any:
    """Return the answer to a question, or its default where there is none."""
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
    chosen = networks.CATALOGUE.get(str(_group(values, "network").get("pod_network")))
    return chosen is not None and chosen.own


def _has_box_file(values: Mapping[str, Any]) -> bool:
    box = _group(values, "machines").get("box")
    return isinstance(box, str) and parse_box(box).kind is BoxKind.FILE


def _needs_endpoint(values: Mapping[str, Any]) -> bool:
    """Tell whether there are several control planes. An endpoint that is set can still be cleared."""
    if _group(values, "network").get("control_plane_endpoint"):
        return True
    if _makes_machines(values):
        return bool(_group(values, "machines").get("control_planes", 1) > 1)
    return len([host for host in values.get("hosts") or () if host.get("role") == "control plane"]) > 1


_ONLY: Final[Mapping[str, Callable[[Mapping[str, Any]], bool]]] = {
    "hosts": _has_hosts,
    "machines.": _makes_machines,
    "machines.box_sha256": _has_box_file,
    "network.first_address": _makes_machines,
    "network.control_plane_endpoint": _needs_endpoint,
    "network.manifest.": _has_manifest,
}
"""Questions asked only under a condition, by the start of their path."""
_OF_EVERY_MACHINE: Final = {"machines.packages"}
"""Questions in the group `machines` that existing machines are asked, too."""


_OF_MADE_ONES: Final[Mapping[str, Any]] = {"by_name": {}, "ports": [], "folders": [], "disks": []}
"""What nothing asks for in the group `machines` and existing machines cannot have, with what says none."""


def is_asked(question: Question, values: Mapping[str, Any]) -> bool:
    """Tell whether a question applies, given the other answers."""
    path = ".".join(question.path)
    return path in _OF_EVERY_MACHINE or all(holds(values) for start, holds in _ONLY.items() if path.startswith(start))


def fitting(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values with defaults for questions that do not apply, so that no profile carries a dead setting."""
    for page in pages():
        for question in page.questions:
            if not is_asked(question, values) and value_at(values, question) != question.default:
                values = answer(values, question.path, question.default)
    if not _makes_machines(values):
        for field, nothing in _OF_MADE_ONES.items():
            if _group(values, "machines").get(field):
                values = answer(values, ("machines", field), nothing)
    manifest = _group(values, "network").get("manifest")
    if manifest is not None and not any(manifest.values()):
        values = answer(values, ("network", "manifest"), None)
    return values


def values_of(profile: Profile) -> dict[str, Any]:
    """Return a profile as the wizard's answers; `profile_of` turns them back into an equal profile."""
    return profile.model_dump(mode="json", by_alias=True)


def profile_of(values: Mapping[str, Any]) -> Profile:
    """Return the profile that the values make, whatever the rules between its fields say.

    Raises ValueError, one sentence per line, where a field is wrong.
    """
    try:
        return Profile.model_validate(dict(values))
    except ValidationError as error:
        raise ValueError("\n".join(each.message for each in explain(error))) from None
