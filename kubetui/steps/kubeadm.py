"""kubeadm's configuration documents, rendered from the plan (kubernetes.io, "kubeadm Configuration (v1beta4)")."""

from __future__ import annotations

from typing import Any, Final

import yaml

from kubetui.profile.machine import Machine, Role
from kubetui.profile.plan import API_PORT, Plan
from kubetui.profile.rules.patches import NAMED
from kubetui.profile.schema.nodes import CONTROL_PLANE_TAINT, Taint

Document = dict[str, Any]

API_VERSION: Final = "kubeadm.k8s.io/v1beta4"
"""kubeadm reads it from 1.31 on, and from 1.37 on nothing older."""
REGISTRY: Final = "registry.k8s.io"
"""Where kubeadm's own images are."""
VERSION_MARK: Final = "@KUBERNETES_VERSION@"
"""Stands for the installed version where the profile leaves the patch release open; kubeadm would ask the internet."""
TOKEN_MARK: Final = "@JOIN_TOKEN@"  # noqa: S105
CA_HASH_MARK: Final = "@CA_HASH@"
CERTIFICATE_KEY_MARK: Final = "@CERTIFICATE_KEY@"


def cluster_configuration(plan: Plan) -> Document:
    """Return the ClusterConfiguration: what is the same on every control plane."""
    profile = plan.profile
    document: Document = {
        "apiVersion": API_VERSION,
        "kind": "ClusterConfiguration",
        "clusterName": profile.name,
        "kubernetesVersion": f"v{plan.exact_version}" if plan.exact_version else VERSION_MARK,
        "networking": {
            "podSubnet": str(profile.network.pod_cidr),
            "serviceSubnet": str(profile.network.service_cidr),
        },
    }
    if plan.common_endpoint:
        document["controlPlaneEndpoint"] = plan.api_endpoint
    if profile.mirrors.image_repository:
        document["imageRepository"] = plan.cluster_network.placed(profile.mirrors.image_repository)
    elif place := plan.renamed.get(REGISTRY):
        # kubeadm leaves the inner folder out of a repository that is not its own, and a mirror has it
        document |= {"imageRepository": place, "dns": {"imageRepository": f"{place}/coredns"}}
    return _patched(document, plan)


def init_documents(plan: Plan) -> list[Document]:
    """Return what `kubeadm init --config` reads on the first control plane."""
    machine = plan.control_plane
    init: Document = {
        "apiVersion": API_VERSION,
        "kind": "InitConfiguration",
        "localAPIEndpoint": {"advertiseAddress": str(machine.address), "bindPort": API_PORT},
        "nodeRegistration": _registration(plan, machine),
    }
    kubelet: Document = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "cgroupDriver": "systemd",
    }
    documents = [_patched(init, plan), cluster_configuration(plan), _patched(kubelet, plan)]
    proxy: Document = {"apiVersion": "kubeproxy.config.k8s.io/v1alpha1", "kind": "KubeProxyConfiguration"}
    patched = _patched(proxy, plan)
    return [*documents, patched] if patched != proxy else documents


def upload_documents(plan: Plan) -> list[Document]:
    """Return what `kubeadm init phase upload-certs --config` reads; the certificate key is a mark."""
    init, *others = init_documents(plan)
    return [{**init, "certificateKey": CERTIFICATE_KEY_MARK}, *others]


def join_documents(plan: Plan, machine: Machine) -> list[Document]:
    """Return what `kubeadm join --config` reads; the join token's values are marks."""
    join: Document = {
        "apiVersion": API_VERSION,
        "kind": "JoinConfiguration",
        "discovery": {
            "bootstrapToken": {
                "apiServerEndpoint": plan.api_endpoint,
                "token": TOKEN_MARK,
                "caCertHashes": [CA_HASH_MARK],
            }
        },
        "nodeRegistration": _registration(plan, machine),
    }
    if machine.role is Role.CONTROL_PLANE:
        join["controlPlane"] = {
            "localAPIEndpoint": {"advertiseAddress": str(machine.address), "bindPort": API_PORT},
            "certificateKey": CERTIFICATE_KEY_MARK,
        }
    return [_patched(join, plan)]


def skipped_on_cgroup_v1(plan: Plan, registering: Document) -> str:
    """Return the check that kubeadm has to skip on a machine with cgroup version 1, or nothing.

    The check goes by the kubelet's version alone and not by its configuration (k8s.io/system-validators,
    isCgroupsV1DisabledInKubelet). kubeadm adds it to those that an Init- or JoinConfiguration lists, but refuses any
    beside "all".
    """
    return "SystemVerification" if plan.tolerates_cgroup_v1 and not skips_all(registering) else ""


def skips_all(registering: Document) -> bool:
    """Return whether an Init- or JoinConfiguration has kubeadm skip all checks."""
    registration = registering.get("nodeRegistration")
    listed = registration.get("ignorePreflightErrors") if isinstance(registration, dict) else None
    return isinstance(listed, list) and any(str(each).lower() == "all" for each in listed)


def render(documents: list[Document]) -> str:
    """Return the documents as YAML, keys in the order in which they were written."""
    return yaml.safe_dump_all(documents, sort_keys=False, default_flow_style=False).rstrip("\n")


def merge(base: Any, patch: Any) -> Any:
    """Return `base` with `patch` merged in: maps key by key, null removes, anything else replaces (RFC 7386).

    Beyond the RFC, lists whose items have names are merged by name, as `_by_name` does.
    """
    if not isinstance(patch, dict):
        return patch
    old = base if isinstance(base, dict) else {}
    kept = {key: value for key, value in old.items() if patch.get(key, ...) is not None}
    return kept | {key: _inner(key, old.get(key), value) for key, value in patch.items() if value is not None}


def _inner(key: str, base: Any, patch: Any) -> Any:
    if key in NAMED and isinstance(patch, list):
        return _by_name(base if isinstance(base, list) else [], patch)
    return merge(base, patch)


def _by_name(base: list[Any], patch: list[Any]) -> list[Any]:
    """Return a list in which the items of `patch` stand for all items of `base` that have the same name.

    kubeadm passes on every argument of a name, so a patch that has a name several times gives them all. They stand where
    the first one stood, new names at the end. An item with only nulls beside its name removes that name.
    """
    given: dict[str, list[Any]] = {}
    for item in patch:
        group = given.setdefault(_name(item), [])
        if not _removes(item):
            group.append(merge(None, item))
    merged: list[Any] = []
    for item in base:
        name = _name(item)
        merged += given.get(name, [item])
        if name in given:
            given[name] = []
    return merged + [item for items in given.values() for item in items]


def _name(item: Any) -> str:
    return str(item.get("name")) if isinstance(item, dict) else ""


def _removes(item: Any) -> bool:
    others = [value for key, value in item.items() if key != "name"] if isinstance(item, dict) else []
    return bool(others) and all(value is None for value in others)


def _patched(document: Document, plan: Plan) -> Document:
    for patch in plan.profile.kubernetes.patches:
        if patch.get("kind") == document["kind"]:
            document = merge(document, {**patch, "apiVersion": patch.get("apiVersion", document["apiVersion"])})
    return document


def _registration(plan: Plan, machine: Machine) -> Document:
    registration: Document = {
        "name": machine.name,
        "criSocket": plan.runtime.socket,
        "kubeletExtraArgs": [{"name": "node-ip", "value": str(machine.address)}],
    }
    # a list of taints stands in place of kubeadm's own
    own = [CONTROL_PLANE_TAINT] if machine.role is Role.CONTROL_PLANE and plan.workers else []
    if machine.taints or (machine.role is Role.CONTROL_PLANE and not plan.workers):
        taints = {taint.place: taint for taint in (*own, *machine.taints)}
        registration["taints"] = [_taint(taint) for taint in taints.values()]
    return registration


def _taint(taint: Taint) -> Document:
    value = {"value": taint.value} if taint.value else {}
    return {"key": taint.key, **value, "effect": taint.effect}
