"""Labels and taints of nodes, checked by Kubernetes' own rules.

Sources: kubernetes.io, "Labels and Selectors", "Taints and Tolerations", "Well-Known Labels, Annotations and Taints".
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, InstanceOf, PlainSerializer, Strict, WithJsonSchema

from kubetui.base.text import did_you_mean, shown

EFFECTS: Final = ("NoSchedule", "PreferNoSchedule", "NoExecute")
"""What a taint does to pods that do not tolerate it."""

_WORD: Final = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_DOMAIN: Final = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_LONGEST_DOMAIN: Final = 253
_LONGEST_WORD: Final = 63

_OF_THE_KUBELET: Final = tuple(f"kubernetes.io/{name}" for name in ("hostname", "os", "arch"))
_SET_BY: Final = {
    **dict.fromkeys((*_OF_THE_KUBELET, "beta.kubernetes.io/os", "beta.kubernetes.io/arch"), "the kubelet"),
    "node-role.kubernetes.io/control-plane": "kubeadm",
}
"""Labels that something else sets on every node that should have them, and would set again."""
_RESERVED: Final = ("kubernetes.io", "k8s.io")
"""Domains whose labels mean something to Kubernetes itself; so do those of their subdomains."""
_FREE: Final = ("node-role.kubernetes.io", "topology.kubernetes.io", "node-restriction.kubernetes.io")
_FREE_WITH_SUBDOMAINS: Final = ("node.kubernetes.io", "kubelet.kubernetes.io")
"""The reserved domains that are meant for administrators (kubernetes.io, admission controllers, NodeRestriction)."""
_OF_THE_NODE_CONTROLLER: Final = "node.kubernetes.io"


@dataclass(frozen=True, slots=True)
class Taint:
    """A taint; its text is kubectl's. A node has at most one with the same key and effect."""

    key: str
    value: str
    effect: str

    @property
    def place(self) -> tuple[str, str]:
        """What tells it from a node's other taints."""
        return self.key, self.effect

    def __str__(self) -> str:
        return f"{self.key}={self.value}:{self.effect}" if self.value else f"{self.key}:{self.effect}"


CONTROL_PLANE_TAINT: Final = Taint("node-role.kubernetes.io/control-plane", "", "NoSchedule")
"""What kubeadm puts on control planes, unless it is told which taints they have."""


def _qualified(key: str, what: str) -> str:
    """Return a qualified name. Raises ValueError that says which part of it is wrong."""
    domain, slash, word = key.rpartition("/")
    if slash and (len(domain) > _LONGEST_DOMAIN or not re.fullmatch(_DOMAIN, domain)):
        raise ValueError(
            f"{shown(domain) or 'Nothing'} before the / is not a domain name: small letters, digits, hyphens and dots, "
            f"at most {_LONGEST_DOMAIN} characters, such as example.org."
        )
    if not re.fullmatch(_WORD, word):
        raise ValueError(f"{shown(word) or 'Nothing'} is not the name of a {what}: {_spelling(word)}")
    return key


def _word(value: str, what: str) -> str:
    if value and not re.fullmatch(_WORD, value):
        raise ValueError(f"{shown(value)} is not the value of a {what}: {_spelling(value)}")
    return value


def _spelling(text: str) -> str:
    if len(text) > _LONGEST_WORD:
        return f"it has {len(text)} characters, and {_LONGEST_WORD} are the most."
    return "letters, digits, and between them -, _ and dots."


def _within(domain: str, others: tuple[str, ...]) -> bool:
    return any(domain == other or domain.endswith(f".{other}") for other in others)


def _label_key(key: str) -> str:
    _qualified(key, "label")
    domain = key.rpartition("/")[0]
    if key in _SET_BY:
        raise ValueError(f"{key} is set by {_SET_BY[key]}. Choose another label.")
    if _within(domain, _RESERVED) and domain not in _FREE and not _within(domain, _FREE_WITH_SUBDOMAINS):
        allowed = ", ".join(f"{each}/" for each in (*_FREE, *_FREE_WITH_SUBDOMAINS))
        raise ValueError(
            f"{shown(domain)} is reserved for Kubernetes itself. Choose a domain of your own such as example.org/, "
            f"no domain at all, or one of {allowed}."
        )
    return key


def _label_value(value: str) -> str:
    return _word(value, "label")


def _taint(text: object) -> object:
    """Parse a taint in kubectl's spelling. Raises ValueError that says what is wrong."""
    if not isinstance(text, str):
        return text
    written, colon, effect = text.rpartition(":")
    if text.endswith("-"):
        raise ValueError(f"{shown(text)} ends in a hyphen, with which kubectl removes a taint. Here, leave it out.")
    if not colon:
        raise ValueError(f"{shown(text)} does not say what it does. Write KEY=VALUE:EFFECT, or KEY:EFFECT.")
    if effect not in EFFECTS:
        raise ValueError(f"{shown(effect) or 'Nothing'} is not an effect. {did_you_mean(effect, EFFECTS)}")
    key, _, value = written.partition("=")
    _qualified(key, "taint")
    if _within(key.rpartition("/")[0], (_OF_THE_NODE_CONTROLLER,)):
        raise ValueError(f"{shown(key)} belongs to the node controller, which adds and removes such taints itself.")
    return Taint(key, _word(value, "taint"), effect)


def _each_once(taints: tuple[Taint, ...]) -> tuple[Taint, ...]:
    for (key, effect), count in Counter(taint.place for taint in taints).items():
        if count > 1:
            raise ValueError(f"{key} is there {count} times with the effect {effect}. A node takes it once.")
    return taints


_TAINT_PATTERN: Final = rf"^([^/:=]+/)?{_WORD}(={_WORD}|=)?:({'|'.join(EFFECTS)})$"
_KEY_PATTERN: Final = rf"^([^/:=]+/)?{_WORD}$"

LabelKey = Annotated[str, AfterValidator(_label_key), WithJsonSchema({"type": "string", "pattern": _KEY_PATTERN})]
LabelValue = Annotated[
    str, AfterValidator(_label_value), WithJsonSchema({"type": "string", "pattern": rf"^({_WORD})?$"})
]
Labels = dict[LabelKey, LabelValue]
Taints = Annotated[
    tuple[
        Annotated[
            InstanceOf[Taint],
            BeforeValidator(_taint),
            PlainSerializer(str, return_type=str),
            WithJsonSchema({"type": "string", "pattern": _TAINT_PATTERN}),
        ],
        ...,
    ],
    Strict(strict=False),
    AfterValidator(_each_once),
]


def labels(of: str) -> Any:
    """Return the declaration of a field for the labels of some nodes, which `of` names."""
    return Field(
        default_factory=dict,
        title="Labels",
        description=f"Labels of {of}, for node selectors; each is KEY: VALUE. Put true, false and numbers in quotes.",
        examples=[{"disk": "ssd", "node-role.kubernetes.io/worker": ""}],
    )


def taints(of: str) -> Any:
    """Return the declaration of a field for the taints of some nodes, which `of` names."""
    return Field(
        (),
        title="Taints",
        description=f"Taints of {of}; each is KEY=VALUE:EFFECT or KEY:EFFECT, as kubectl takes it. The effect is "
        f"{EFFECTS[0]}, {EFFECTS[1]} or {EFFECTS[2]}.",
        examples=[["dedicated=training:NoSchedule"]],
    )
