"""Pod networks that older instructions name and nobody maintains, each with what became of it and what to take."""

from __future__ import annotations

from typing import Final

_INSTEAD: Final = (
    "Write pod_network: kube-router, calico or cilium, which enforce NetworkPolicies as it did, or "
    "pod_network: flannel."
)
_WEAVE: Final = (
    "Weave Net ended with Weaveworks in 2024: its last release is of January 2021, its repository is archived, and the "
    "address that its instructions apply no longer answers."
)
_CONTIV: Final = (
    "Contiv ended in 2019: its installer writes extensions/v1beta1, which Kubernetes has refused since 1.16."
)
GONE: Final[dict[str, tuple[str, str]]] = {
    "weave": (_WEAVE, _INSTEAD),
    "weave-net": (_WEAVE, _INSTEAD),
    "contiv": (_CONTIV, _INSTEAD),
}
