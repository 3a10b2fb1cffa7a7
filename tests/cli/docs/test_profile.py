"""The profile's reference has every field, and what it says of each is true."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Annotated, Any

import pytest
import yaml
from pydantic import BaseModel, Field, TypeAdapter

from kubetui.cli.docs.profile import Entry, entries, placed, reference
from kubetui.cli.docs.words import kind, rule, spelt
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.profile import Profile
from kubetui.profile.schema.since import FIRST, Since, since

ENTRIES = tuple(entries())
TEXT = reference()
SCHEMA = profilefile.json_schema()


def resolved(schema: Any) -> Any:
    while "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


def fields(schema: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield every field of the JSON Schema, which is what editors know, with its path as the reference writes it."""
    schema = resolved(schema)
    for name, declared in schema.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        yield here, declared
        yield from fields(declared, here)
    for each in schema.get("anyOf", ()):
        yield from fields(each, path)
    if isinstance(schema.get("items"), dict):
        yield from fields(schema["items"], f"{path}[]")
    for each in (*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")):
        if isinstance(each, dict):
            yield from fields(each, f"{path}.NAME")


def section(name: str) -> str:
    """Return what the reference says of a field."""
    for mark in ("\n### ", "\n## "):
        begin = TEXT.find(f"{mark}{name}\n")
        if begin >= 0:
            ends = [end for end in (TEXT.find(other, begin + 1) for other in ("\n### ", "\n## ")) if end >= 0]
            return TEXT[begin : min(ends, default=len(TEXT))]
    raise AssertionError(f"the reference has no section for {name}")


def test_the_reference_has_exactly_the_fields_of_the_json_schema() -> None:
    declared = [name for name, _ in fields(SCHEMA, "")]
    assert sorted(each.name for each in ENTRIES) == sorted(declared)
    for name in declared:
        section(name)


@pytest.mark.parametrize(("name", "declared"), list(fields(SCHEMA, "")), ids=lambda value: str(value)[:40])
def test_a_field_has_its_description_type_default_and_version(name: str, declared: Any) -> None:
    said = section(name)
    assert declared["description"] in said
    assert "\n- Type: " in said
    assert f"\n- Since: {FIRST}" in said
    if declared.get("default") is not None:
        shown = said.partition("\n- Default: `")[2].partition("`\n")[0]
        assert yaml.safe_load(shown) == declared["default"]


def test_bounds_and_choices_are_the_fields_own() -> None:
    assert "- Rule: 0 to 99\n" in section("machines.workers")
    assert "- Type: one of `permissive`, `enforcing`\n" in section("machines.selinux")
    assert "- Rule: 64 hexadecimal digits" in section("machines.box_sha256")
    assert "- Default: not set\n" in section("machines.box")
    assert "- Default: none: it has to be given\n" in section("mirrors.packages.url")


def test_every_field_but_groups_has_an_example() -> None:
    lacking = [each.name for each in ENTRIES if not each.is_group and each.example in (None, [], {}, "")]
    assert not lacking
    for each in ENTRIES:
        assert ("- Example: " in section(each.name)) == (each.example is not None)


STORAGE = {"name": "storage"}
NEEDS: dict[str, dict[str, Any]] = {
    "hosts": {"provider": "hosts"},
    "hosts[]": {
        "hosts": [{"address": "192.168.1.11"}, {"name": "first", "role": "control plane", "address": "10.0.0.1"}]
    },
    "machines.box_sha256": {"machines": {"box": "https://example.org/debian-13.box"}},
    "machines.by_name.NAME.box_sha256": {"machines": {"by_name": {"kubnode1": {"box": "https://example.org/a.box"}}}},
    "machines.folders[].writable": {"provider": "lxc"},
    "machines.disks": {"machines": {"box": "bento/debian-13"}},
    "network.kube_router": {"network": {"pod_network": "kube-router"}},
    "network.calico": {"network": {"pod_network": "calico"}},
    "network.cilium": {"network": {"pod_network": "cilium"}},
    "network.manifest": {"network": {"pod_network": "manifest"}},
    "network.manifest.url": {"network": {"manifest": {"sha256": "0123456789abcdef" * 4}}},
    "network.manifest.sha256": {"network": {"manifest": {"url": "https://example.org/network.yaml"}}},
    "addons[].addresses": {"addons": [{"name": "loadbalancer"}]},
    "addons[].address": {"machines": {"control_planes": 3}, "addons": [{"name": "vip"}]},
    "addons[].port": {"addons": [{"name": "registry"}, STORAGE]},
    "mirrors.cri_dockerd": {"kubernetes": {"runtime": "docker"}},
    "mirrors.docker": {"kubernetes": {"runtime": "docker"}},
    "mirrors.crio": {"kubernetes": {"runtime": "cri-o"}},
}
"""What else a profile has where a field makes sense, by the field's path or the beginning of it."""


def merged(base: Any, more: Any) -> Any:
    """Return both as one document: maps key by key, lists entry by entry."""
    if isinstance(base, Mapping) and isinstance(more, Mapping):
        return {key: merged(base.get(key), more.get(key)) for key in (*base, *(key for key in more if key not in base))}
    if isinstance(base, list) and isinstance(more, list):
        longest = max(len(base), len(more))
        pairs = [(base[i : i + 1] or [None], more[i : i + 1] or [None]) for i in range(longest)]
        return [merged(one[0], other[0]) for one, other in pairs]
    return deepcopy(base if more is None else more)


def whole(entry: Entry) -> dict[str, Any]:
    """Return a profile with the example of a field, and with what that field cannot be without."""
    found: Any = {"schema": 1, "name": "lab"}
    for name, needed in NEEDS.items():
        if entry.name == name or entry.name.startswith((f"{name}.", f"{name}[")):
            found = merged(found, needed)
    for depth in range(1, len(entry.path)):
        beside = [each for each in ENTRIES if each.path[:-1] == entry.path[:depth] and each.field.is_required()]
        for each in beside:
            if each.path != entry.path:
                found = merged(placed(each.path, each.example), found)
    result: dict[str, Any] = merged(found, placed(entry.path, entry.example))
    return result


@pytest.mark.parametrize("entry", [each for each in ENTRIES if each.example is not None], ids=lambda each: each.name)
def test_an_example_is_part_of_a_right_profile(entry: Entry) -> None:
    text = yaml.safe_dump(whole(entry), sort_keys=False)
    profilefile.parse(text, "example.yaml")
    shown = section(entry.name).partition("\n- Example: ")[2].partition("\n")[0].strip("`")
    assert yaml.safe_load(shown) == json.loads(json.dumps(placed(entry.path, entry.example)))


def test_what_an_expression_means_is_said_only_of_those_that_a_profile_has() -> None:
    text = json.dumps(SCHEMA)
    assert all(json.dumps(pattern)[1:-1] in text for pattern in spelt())


def test_a_field_says_since_when_it_is_there() -> None:
    class Later(BaseModel):
        old: int = Field(1)
        new: Annotated[int, Since("0.9.0")] = Field(2, ge=1)

    assert since(Later.model_fields["old"]) == FIRST
    assert since(Later.model_fields["new"]) == "0.9.0"
    assert rule(Later.model_json_schema()["properties"]["new"]) == "1 or more"


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        (dict[str, int], "keys with values; each value is a whole number"),
        (tuple[bool, ...], "a list; each entry is true or false"),
        (int | str | None, "a whole number or text"),
        (dict[str, Any], "keys with values"),
    ],
)
def test_a_type_is_told_in_words(declared: Any, words: str) -> None:
    assert kind(TypeAdapter(declared).json_schema()) == words


def test_a_new_field_is_in_the_reference_without_more_ado() -> None:
    """The entries come from the models: what the wizard's page of hosts has is there, too."""
    assert {"name", "role", "address"} <= {each.path[-1] for each in ENTRIES if each.path[:2] == ("hosts", "[]")}
    assert len(ENTRIES) > len(Profile.model_fields)
