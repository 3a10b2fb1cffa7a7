"""Rules for the patches of kubeadm's configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kubetui.base.text import shown
from kubetui.profile.plan import Plan
from kubetui.profile.rules.ranges import Problem

KINDS: Final = (
    "ClusterConfiguration",
    "InitConfiguration",
    "JoinConfiguration",
    "KubeletConfiguration",
    "KubeProxyConfiguration",
)
"""The documents of kubeadm's configuration that a patch can change."""
ARGUMENTS: Final = ("kubeletExtraArgs", "extraArgs")
"""The lists of v1beta4's Arg, NAME and VALUE, in which a name may be there several times."""
NAMED: Final = (*ARGUMENTS, "extraEnvs", "extraVolumes")
"""The lists whose items have names (kubernetes.io, "kubeadm Configuration (v1beta4)").

Others have none: v1beta4's lists of texts, and taints, which Kubernetes itself takes as one value (listType=atomic).
"""
_PATH: Final = ("kubernetes", "patches")


def patch_kinds(plan: Plan) -> Iterator[Problem]:
    """Require that every patch names the document that it belongs to."""
    for index, patch in enumerate(plan.profile.kubernetes.patches):
        kind = patch.get("kind")
        if kind not in KINDS:
            message = "A patch has no kind." if kind is None else f"{shown(kind)} is not a kind that can be patched."
            yield Problem((*_PATH, index), message, f"Write kind: and one of {', '.join(KINDS)}.")


def patch_lists(plan: Plan) -> Iterator[Problem]:
    """Require names in lists that are merged by name, and values that kubeadm can read."""
    for index, patch in enumerate(plan.profile.kubernetes.patches):
        if str(patch.get("kind")).startswith("Kube"):
            # documents of the kubelet and of kube-proxy, which have no such lists
            continue
        for path, value in _named_lists(patch, ()):
            yield from (Problem((*_PATH, index, *where), message, fix) for where, message, fix in _of_list(path, value))


_Found = tuple[tuple[str | int, ...], str, str]


def _named_lists(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in NAMED:
                yield (*path, key), inner
            else:
                yield from _named_lists(inner, (*path, str(key)))


def _of_list(path: tuple[str, ...], value: Any) -> Iterator[_Found]:
    name = path[-1]
    example = '- {name: v, value: "4"}' if name in ARGUMENTS else "- {name: ...}"
    if value is None:
        return
    if not isinstance(value, list | tuple):
        message = f"{name} is a list since kubeadm's v1beta4, and this is not one."
        yield path, message, f"Write one line for each: {example}"
        return
    for index, item in enumerate(value):
        if not isinstance(item, Mapping) or not isinstance(item.get("name"), str):
            yield (*path, index), f"An entry of {name} has no name.", f"Write {example}"
        elif name in ARGUMENTS and not isinstance(item.get("value", ""), str | None):
            given = shown(item["value"]).lower() if isinstance(item["value"], bool) else shown(item["value"])
            message = f"{shown(item['name'])} has the value {given}, and kubeadm takes only text."
            yield (*path, index), message, f'Put it in quotes: value: "{given}"'
