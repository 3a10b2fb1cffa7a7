"""flannel: the manifest that connects pods of different machines (flannel-io/flannel, Documentation)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from kubetui.profile.plan import Plan

NAMESPACE = "kube-flannel"
LABELS = {"tier": "node", "app": "flannel", "k8s-app": "flannel"}
CNI_VERSION = "0.3.1"


class _Dumper(yaml.SafeDumper):
    """Writes YAML as a person would: texts of several lines as blocks, and no aliases."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _block)


def images(plan: Plan) -> tuple[str, ...]:
    """Return the images that every machine needs."""
    options = plan.profile.network.flannel
    return (options.cni_plugin_image, options.image)


def manifest(plan: Plan) -> str:
    """Return flannel's manifest with the profile's pod CIDR, on the interface that has the private network."""
    documents = [_namespace(), *_access(), _configuration(plan), _daemon_set(plan)]
    return yaml.dump_all(documents, Dumper=_Dumper, sort_keys=False, default_flow_style=False).rstrip("\n")


def interface_pattern(plan: Plan) -> str:
    """Return the regular expression for --iface-regex; flannel matches it against names and addresses.

    Without it flannel takes the default route's interface, which on a hypervisor's NAT reaches no other machine.
    """
    if not plan.provider.makes_machines:
        addresses = (str(machine.address).replace(".", r"\.") for machine in plan.machines)
        return f"^({'|'.join(addresses)})$"
    prefix = str(plan.node_network.network_address).rsplit(".", 1)[0]
    return "^" + prefix.replace(".", r"\.") + r"\."


def _namespace() -> dict[str, Any]:
    labels = {"k8s-app": "flannel", "pod-security.kubernetes.io/enforce": "privileged"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}}


def _access() -> list[dict[str, Any]]:
    rbac = "rbac.authorization.k8s.io"
    subject = {"kind": "ServiceAccount", "name": "flannel", "namespace": NAMESPACE}
    return [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "flannel", "namespace": NAMESPACE, "labels": {"k8s-app": "flannel"}},
        },
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": "flannel", "labels": {"k8s-app": "flannel"}},
            "rules": [
                {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]},
                {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list", "watch"]},
                {"apiGroups": [""], "resources": ["nodes/status"], "verbs": ["patch"]},
            ],
        },
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "flannel", "labels": {"k8s-app": "flannel"}},
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": "flannel"},
            "subjects": [subject],
        },
    ]


def _configuration(plan: Plan) -> dict[str, Any]:
    chain = [
        {"type": "flannel", "delegate": {"hairpinMode": True, "isDefaultGateway": True}},
        {"type": "portmap", "capabilities": {"portMappings": True}},
    ]
    network = {
        "Network": str(plan.profile.network.pod_cidr),
        "EnableNFTables": False,
        "Backend": {"Type": plan.profile.network.flannel.backend},
    }
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "kube-flannel-cfg", "namespace": NAMESPACE, "labels": LABELS},
        "data": {
            "cni-conf.json": json.dumps({"name": "cbr0", "cniVersion": CNI_VERSION, "plugins": chain}, indent=2),
            "net-conf.json": json.dumps(network, indent=2),
        },
    }


def _daemon_set(plan: Plan) -> dict[str, Any]:
    selector = {"app": "flannel"}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "kube-flannel-ds", "namespace": NAMESPACE, "labels": LABELS},
        "spec": {
            "selector": {"matchLabels": selector},
            "template": {"metadata": {"labels": LABELS}, "spec": _pod(plan)},
        },
    }


def _pod(plan: Plan) -> dict[str, Any]:
    options = plan.profile.network.flannel
    folders = {"run": "/run/flannel", "cni-plugin": "/opt/cni/bin", "cni": "/etc/cni/net.d"}
    volumes: list[dict[str, Any]] = [{"name": name, "hostPath": {"path": path}} for name, path in folders.items()]
    volumes.append({"name": "flannel-cfg", "configMap": {"name": "kube-flannel-cfg"}})
    volumes.append({"name": "xtables-lock", "hostPath": {"path": "/run/xtables.lock", "type": "FileOrCreate"}})
    linux = {"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [linux]}]}
    return {
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}},
        "hostNetwork": True,
        "priorityClassName": "system-node-critical",
        "tolerations": [{"operator": "Exists", "effect": "NoSchedule"}],
        "serviceAccountName": "flannel",
        "initContainers": [
            {
                "name": "install-cni-plugin",
                "image": options.cni_plugin_image,
                "command": ["cp"],
                "args": ["-f", "/flannel", "/opt/cni/bin/flannel"],
                "volumeMounts": [{"name": "cni-plugin", "mountPath": "/opt/cni/bin"}],
            },
            {
                "name": "install-cni",
                "image": options.image,
                "command": ["/opt/bin/install-conf" if _has_install_conf(options.image) else "cp"],
                "args": ["/etc/kube-flannel/cni-conf.json", "/etc/cni/net.d/10-flannel.conflist"],
                "volumeMounts": [
                    {"name": "cni", "mountPath": "/etc/cni/net.d"},
                    {"name": "flannel-cfg", "mountPath": "/etc/kube-flannel/"},
                ],
            },
        ],
        "containers": [_daemon(plan)],
        "volumes": volumes,
    }


def _has_install_conf(image: str) -> bool:
    """Tell whether an image has flannel's own copying program; those before v0.28 have `cp`."""
    tag = image.rpartition(":")[2].removeprefix("v")
    numbers = [int(part) for part in tag.split("-")[0].split(".") if part.isdigit()]
    return numbers[:2] >= [0, 28] or len(numbers) < 2  # noqa: PLR2004


def _daemon(plan: Plan) -> dict[str, Any]:
    def own(path: str) -> dict[str, Any]:
        return {"fieldRef": {"fieldPath": path}}

    return {
        "name": "kube-flannel",
        "image": plan.profile.network.flannel.image,
        "command": ["/opt/bin/flanneld"],
        "args": ["--ip-masq", "--kube-subnet-mgr", "--healthz-port=8081", f"--iface-regex={interface_pattern(plan)}"],
        "ports": [{"name": "healthz", "containerPort": 8081, "protocol": "TCP"}],
        "livenessProbe": {
            "httpGet": {"path": "/healthz", "port": "healthz"},
            "initialDelaySeconds": 10,
            "periodSeconds": 30,
        },
        "readinessProbe": {
            "httpGet": {"path": "/readyz", "port": "healthz"},
            "initialDelaySeconds": 1,
            "periodSeconds": 5,
        },
        "resources": {"requests": {"cpu": "100m", "memory": "50Mi"}},
        "securityContext": {"privileged": False, "capabilities": {"add": ["NET_ADMIN", "NET_RAW"]}},
        "env": [
            {"name": "POD_NAME", "valueFrom": own("metadata.name")},
            {"name": "POD_NAMESPACE", "valueFrom": own("metadata.namespace")},
            {"name": "EVENT_QUEUE_DEPTH", "value": "5000"},
            {"name": "CONT_WHEN_CACHE_NOT_READY", "value": "false"},
        ],
        "volumeMounts": [
            {"name": "run", "mountPath": "/run/flannel"},
            {"name": "flannel-cfg", "mountPath": "/etc/kube-flannel/"},
            {"name": "xtables-lock", "mountPath": "/run/xtables.lock"},
        ],
    }
