"""Profiles as YAML files: read strictly, written readably and atomically."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from kubetui.base import strictyaml
from kubetui.base.errors import ProfileError
from kubetui.base.files import make_folder, open_regular, write_private
from kubetui.base.places import Document, Fault, KeyPath, dotted
from kubetui.base.text import clean
from kubetui.cluster.folder import Cluster
from kubetui.profile.files.explain import Explanation, explain
from kubetui.profile.files.settings import Setting, Typed, apply
from kubetui.profile.plan import Plan
from kubetui.profile.rules.between_fields import check
from kubetui.profile.schema.addons import Chosen
from kubetui.profile.schema.boxes import BoxSource
from kubetui.profile.schema.nodes import Taint
from kubetui.profile.schema.profile import Kubernetes, Profile

MAX_BYTES = 256 * 1024
"""No profile needs more than a few KiB; parsing takes time linear in the size."""
MAX_PROBLEMS = 20
"""Problems that one message lists; later ones are seldom read and often consequences."""

_LISTING = "`kubetui profiles` lists all profiles."
_ALWAYS: Mapping[type[BaseModel], tuple[str, ...]] = {
    Profile: ("schema_version", "name", "provider", "kubernetes"),
    # its default grows with kubetui, and a file must not change its meaning
    Kubernetes: ("version",),
}
_ONCE_DEFAULT = "1.36"
"""The version of a cluster whose file names none: its kubetui had this default and left it out."""


def load(path: Path, settings: Sequence[Setting] = ()) -> Profile:
    """Read a profile from a file, with values from the command line in place of its own.

    Raises ProfileError when the file cannot be read, and as `parse` does.
    """
    return parse(_data(path), str(path), settings=settings)


def load_built(cluster: Cluster, kept: Path | None = None, settings: Sequence[Setting] = ()) -> Profile:
    """Read the profile that a cluster was built from, or the copy of it in the folder `kept`. Raises as `load` does.

    A file that names no version is one that an earlier kubetui wrote, and means the default of that time.
    """
    path = kept / cluster.profile.name if kept else cluster.profile
    return parse(_data(path), str(path), version=_ONCE_DEFAULT, settings=settings)


def _data(path: Path) -> bytes:
    try:
        with open_regular(path) as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ProfileError(f"{_named(path)}: There is no such file.", fix=_LISTING, id="PROFILE-MISSING") from None
    except IsADirectoryError:
        fix = f"Name a file in it. {_LISTING}"
        raise ProfileError(f"{_named(path)}: This is a folder, not a profile.", fix=fix, id="PROFILE-MISSING") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ProfileError(
            f"{_named(path)}: It cannot be read: {reason}.", fix=_LISTING, id="PROFILE-MISSING"
        ) from None


def parse(text: str | bytes, name: str, *, version: str | None = None, settings: Sequence[Setting] = ()) -> Profile:
    """Read a profile from YAML; `name` stands for the file in messages, `version` for one that is not written.

    Raises ProfileError that lists every problem as FILE:LINE:COLUMN or --set, the key, what is wrong and why, and
    UsageError for `settings` that fit nowhere. Rules between fields are only checked once every field is valid:
    before, they would judge defaults.
    """
    document = strictyaml.read(_decoded(text, name))
    _refuse_non_profiles(document, name)
    apply(document, settings)
    faults = list(document.faults)
    if version is not None:
        _name_version(document.value, version)
    try:
        profile = Profile.model_validate(document.value)
    except ValidationError as error:
        broken = [fault.path for fault in faults if fault.path]
        faults += _located(document, _outside(broken, explain(error, document.raw)))
        raise _error(faults, name) from None
    faults += (
        Fault(document.place(problem.path), problem.path, problem.message, problem.fix)
        for problem in check(Plan(profile))
    )
    if faults:
        raise _error(faults, name)
    return profile


def dump(profile: Profile) -> str:
    """Return a profile as YAML: schema, name, provider, version, and every value that differs from its default.

    `parse` of it returns an equal profile. Raises ProfileError when a free-form option is not a YAML value.
    """
    values = _chosen(profile)
    try:
        return yaml.dump(values, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000)
    except yaml.representer.RepresenterError as error:
        raise ProfileError(f"An option cannot be written as YAML: {clean(str(error.args[0]))}.") from None


def save(profile: Profile, path: Path, *, overwrite: bool = False) -> None:
    """Write a profile to a file with mode 0600, whole or not at all; new folders get mode 0700.

    Raises ProfileError when the file exists and `overwrite` is false, when it is a symbolic link, or when the
    system refuses.
    """
    text = dump(profile)
    try:
        make_folder(path.parent)
        if path.is_symlink():
            message = f"{_named(path)} is a symbolic link; kubetui does not write through links."
            raise ProfileError(message, fix="Save under another name, or move the link away.")
        if overwrite:
            write_private(path, text)
        else:
            _write_new(path, text)
    except FileExistsError:
        fix = "Choose another name, or agree to overwrite it."
        raise ProfileError(f"{_named(path)} already exists.", fix=fix, id="PROFILE-EXISTS") from None
    except OSError as error:
        fix = "Check the folder's permissions and the free space."
        raise ProfileError(f"{_named(path)} cannot be written: {error.strerror}.", fix=fix) from None


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema with which editors check and complete a profile."""
    schema = Profile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "kubetui profile"}


class _Dumper(yaml.SafeDumper):
    """Block style, no aliases, sequences indented under their key."""

    def ignore_aliases(self, data: object) -> bool:
        return data is not NotImplemented

    # PyYAML calls it with positional flags
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, indentless=False)


def _decoded(text: str | bytes, name: str) -> str:
    data = text if isinstance(text, bytes) else text.encode(errors="surrogatepass")
    if len(data) > MAX_BYTES:
        message = f"{clean(name)}:1:1: The file is larger than {MAX_BYTES // 1024} KiB, and no profile is."
        raise ProfileError(message, fix=f"Check that it is the right file. {_LISTING}")
    try:
        return data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = f"{clean(name)}:{line}:{column}: Byte {data[error.start]:#04x} is not UTF-8."
        raise ProfileError(message, fix="Save the file as UTF-8.") from None


def _refuse_non_profiles(document: Document, name: str) -> None:
    """Raise ProfileError for a document that is not a group of keys."""
    if document.faults and not isinstance(document.value, dict):
        raise _error(document.faults, name)
    if document.value is None:
        raise ProfileError(
            f"{clean(name)}:1:1: The file is empty.", fix=f"Write at least a name into it: name: lab. {_LISTING}"
        )
    if not isinstance(document.value, dict):
        place = document.place(())
        message = (
            f"{clean(name)}:{place.line}:{place.column}: A profile consists of keys and values, but this does not."
        )
        raise ProfileError(message, fix="Write a line such as: name: lab")


def _name_version(values: dict[str, Any], version: str) -> None:
    group = values.setdefault("kubernetes", {})
    if isinstance(group, dict):
        group.setdefault("version", version)


def _outside(broken: list[KeyPath], found: Iterable[Explanation]) -> Iterator[Explanation]:
    """Drop errors that only follow from unreadable YAML."""
    for explanation in found:
        if not any(explanation.path[: len(path)] == path for path in broken):
            yield explanation


def _located(document: Document, found: Iterable[Explanation]) -> Iterator[Fault]:
    for each in found:
        yield Fault(document.place(each.path, of_key=each.of_key), each.path, each.message, each.fix)


def _error(faults: list[Fault], name: str) -> ProfileError:
    ordered = sorted(faults, key=lambda fault: (fault.place.line, fault.place.column))
    lines = [_line(fault, name) for fault in ordered[:MAX_PROBLEMS]]
    if len(ordered) > MAX_PROBLEMS:
        lines.append(f"... and {len(ordered) - MAX_PROBLEMS} more.")
    if len(ordered) == 1:
        return ProfileError(lines[0], fix=ordered[0].fix)
    return ProfileError("\n".join(lines), fix="\n  ".join(_fixes(ordered[:MAX_PROBLEMS])))


def _fixes(faults: list[Fault]) -> Iterator[str]:
    """Yield each fix once, with the lines that need it."""
    lines: dict[str, list[str]] = {}
    for fault in faults:
        if fault.fix:
            place = fault.place
            lines.setdefault(fault.fix, []).append(place.option if isinstance(place, Typed) else str(place.line))
    for fix, numbers in lines.items():
        written = [number for number in dict.fromkeys(numbers) if number.isdecimal()]
        typed = [option for option in dict.fromkeys(numbers) if not option.isdecimal()]
        places = [f"Line {', '.join(written)}"] if written else []
        yield f"{' and '.join((*places, *typed))}: {fix}"


def _line(fault: Fault, name: str) -> str:
    key = dotted(tuple(part for part in fault.path if part != "?"))
    found = fault.place
    place = found.option if isinstance(found, Typed) else f"{clean(name)}:{found.line}:{found.column}"
    return f"{place}: {key}: {fault.message}" if key else f"{place}: {fault.message}"


def _chosen(part: BaseModel) -> dict[str, Any]:
    """Return a group's values that differ from their defaults, in the order of declaration."""
    chosen: dict[str, Any] = {}
    always = _ALWAYS.get(type(part), ())
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if name in always or value != field.get_default(call_default_factory=True):
            chosen[field.alias or name] = _plain(value)
    return chosen


def _plain(value: Any) -> Any:
    if isinstance(value, Chosen):
        return value.short()
    if isinstance(value, BaseModel):
        return _chosen(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return str(value) if isinstance(value, IPv4Address | IPv4Network | Taint | BoxSource) else value


def _write_new(path: Path, text: str) -> None:
    """Write a file that must not exist yet: hard-linking the finished file fails when it does."""
    if path.exists():
        raise FileExistsError
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        write_private(temporary, text)
        os.link(temporary, path)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def _named(path: Path) -> str:
    return clean(str(path))
