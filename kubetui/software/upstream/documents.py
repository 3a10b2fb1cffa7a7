"""A manifest's documents: written as a person would write them, and changed one by one where a network needs it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from copy import deepcopy
from typing import Any, Final

import yaml

from kubetui.base.errors import ProfileError

_BETWEEN: Final = re.compile(r"^(---[ \t]*(?:#.*)?\n)", re.MULTILINE)
_KIND: Final = re.compile(r"^kind:[ \t]*[\"']?(\w+)", re.MULTILINE)
WORKLOADS: Final = frozenset({"DaemonSet", "Deployment", "StatefulSet", "Job"})
"""The kinds whose documents name images."""
_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Dumper(yaml.SafeDumper):
    """Writes YAML as a person would: multi-line text as a block, and no aliases."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _block)


def dump(documents: Iterable[Any]) -> str:
    """Return documents as YAML, without the last line's end."""
    return yaml.dump_all(documents, Dumper=_Dumper, sort_keys=False, default_flow_style=False).rstrip("\n")


def rewritten(text: str, kinds: Collection[str], change: Callable[[dict[str, Any]], None]) -> str:
    """Return a manifest in which `change` has altered the documents of some kinds; every other byte stays.

    Raises ProfileError for a document that is no YAML.
    """
    return "".join(_part(part, change) if _kind(part) in kinds else part for part in _BETWEEN.split(text))


def _part(text: str, change: Callable[[dict[str, Any]], None]) -> str:
    document = _parsed(text)
    before = deepcopy(document)
    change(document)
    end = text[len(text.rstrip("\n")) :]
    return text if document == before else dump([document]) + end


def _kind(text: str) -> str:
    found = _KIND.search(text)
    return found[1] if found else ""


def _parsed(text: str) -> dict[str, Any]:
    try:
        document = yaml.load(text, _Loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        said = " ".join(str(error).split())
        raise ProfileError(
            f"The pod network's manifest is not YAML: {said}", fix="Look at its URL: it may be a web page."
        ) from error
    return document if isinstance(document, dict) else {}


def containers(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the containers of a workload's pods, those that come first before the others."""
    pod = document.get("spec", {}).get("template", {}).get("spec", {})
    yield from pod.get("initContainers") or ()
    yield from pod.get("containers") or ()


def images(text: str) -> tuple[str, ...]:
    """Return the images that a manifest's workloads name, each once. Raises ProfileError as `rewritten` does."""
    named = (
        container["image"]
        for part in _BETWEEN.split(text)
        if _kind(part) in WORKLOADS
        for container in containers(_parsed(part))
        if "image" in container
    )
    return tuple(dict.fromkeys(named))
