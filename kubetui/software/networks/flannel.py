"""flannel, which connects the pods of different machines (flannel-io/flannel, Documentation)."""

from __future__ import annotations

import json
from typing import Any

from kubetui.base.scripts import script
from kubetui.software.networks.network import ClusterNetwork, Daemons, PodNetwork
from kubetui.software.networks.options import FlannelOptions
from kubetui.software.upstream.documents import dump

NAMESPACE = "kube-flannel"
LABELS = {"tier": "node", "app": "flannel", "k8s-app": "flannel"}
CNI_VERSION = "0.3.1"


def images(network: ClusterNetwork) -> tuple[str, ...]:
    """Return the images that every machine needs."""
    options = _options(network)
    return (network.placed(options.cni_plugin_image), network.placed(options.image))


def manifest(network: ClusterNetwork) -> str:
    """Return flannel's manifest for a cluster's pod CIDR, bound to the interface on the nodes' private network."""
    documents = [_namespace(), *_access(), _configuration(network), _daemon_set(network)]
    return dump(documents)


def interface_pattern(network: ClusterNetwork) -> str:
    """Return the regular expression for --iface-regex, which flannel matches against names and addresses.

    Without it, flannel uses the default route's interface, which behind a hypervisor's NAT reaches no other machine.
    """
    if all(each.prefixlen == each.max_prefixlen for each in network.node_networks):
        addresses = (str(each.network_address).replace(".", r"\.") for each in network.node_networks)
        return f"^({'|'.join(addresses)})$"
    prefix = str(network.node_networks[0].network_address).rsplit(".", 1)[0]
    return "^" + prefix.replace(".", r"\.") + r"\."


LEFTOVERS = script(__package__, "flannel-leftovers.sh")
JUDGE = script(__package__, "flannel-judge.sh")
_PORTS = {"vxlan": ("8472/udp",), "wireguard": ("51820-51821/udp",), "host-gw": ()}
"""flannel, Documentation/backends.md."""
DAEMONS = Daemons(
    NAMESPACE,
    "kube-flannel-ds",
    "app=flannel",
    "flannel's VXLAN needs UDP port 8472 between all nodes",
    "udp port 8472",
)
FLANNEL = PodNetwork(
    name="flannel",
    help="flannel (the smallest; enforces no NetworkPolicies)",
    manifest=manifest,
    images=images,
    leftovers=LEFTOVERS,
    interfaces=("cni0", "flannel*"),
    ports=lambda network: _PORTS[_options(network).backend],
    judge=JUDGE,
    daemons=DAEMONS,
)


def _options(network: ClusterNetwork) -> FlannelOptions:
    return network.options if isinstance(network.options, FlannelOptions) else FlannelOptions()


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


def _configuration(network: ClusterNetwork) -> dict[str, Any]:
    chain = [
        {"type": "flannel", "delegate": {"hairpinMode": True, "isDefaultGateway": True}},
        {"type": "portmap", "capabilities": {"portMappings": True}},
    ]
    settings = {
        "Network": str(network.pod_cidr),
        "EnableNFTables": False,
        "Backend": {"Type": _options(network).backend},
    }
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "kube-flannel-cfg", "namespace": NAMESPACE, "labels": LABELS},
        "data": {
            "cni-conf.json": json.dumps({"name": "cbr0", "cniVersion": CNI_VERSION, "plugins": chain}, indent=2),
            "net-conf.json": json.dumps(settings, indent=2),
        },
    }


def _daemon_set(network: ClusterNetwork) -> dict[str, Any]:
    selector = {"app": "flannel"}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "kube-flannel-ds", "namespace": NAMESPACE, "labels": LABELS},
        "spec": {
            "selector": {"matchLabels": selector},
            "template": {"metadata": {"labels": LABELS}, "spec": _pod(network)},
        },
    }


def _pod(network: ClusterNetwork) -> dict[str, Any]:
    options = _options(network)
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
        # upstream's tolerates NoSchedule alone: a taint with NoExecute would take the pod network from a node
        "tolerations": [{"operator": "Exists"}],
        "serviceAccountName": "flannel",
        "initContainers": [
            {
                "name": "install-cni-plugin",
                "image": network.placed(options.cni_plugin_image),
                "command": ["cp"],
                "args": ["-f", "/flannel", "/opt/cni/bin/flannel"],
                "volumeMounts": [{"name": "cni-plugin", "mountPath": "/opt/cni/bin"}],
            },
            {
                "name": "install-cni",
                "image": network.placed(options.image),
                "command": ["/opt/bin/install-conf" if _has_install_conf(options.image) else "cp"],
                "args": ["/etc/kube-flannel/cni-conf.json", "/etc/cni/net.d/10-flannel.conflist"],
                "volumeMounts": [
                    {"name": "cni", "mountPath": "/etc/cni/net.d"},
                    {"name": "flannel-cfg", "mountPath": "/etc/kube-flannel/"},
                ],
            },
        ],
        "containers": [_daemon(network)],
        "volumes": volumes,
    }


def _has_install_conf(image: str) -> bool:
    """Return whether an image has flannel's own program that copies files; images before v0.28 have `cp`."""
    tag = image.rpartition(":")[2].removeprefix("v")
    numbers = [int(part) for part in tag.split("-")[0].split(".") if part.isdigit()]
    return numbers[:2] >= [0, 28] or len(numbers) < 2  # noqa: PLR2004


def _daemon(network: ClusterNetwork) -> dict[str, Any]:
    def own(path: str) -> dict[str, Any]:
        return {"fieldRef": {"fieldPath": path}}

    return {
        "name": "kube-flannel",
        "image": network.placed(_options(network).image),
        "command": ["/opt/bin/flanneld"],
        "args": [
            "--ip-masq",
            "--kube-subnet-mgr",
            "--healthz-port=8081",
            f"--iface-regex={interface_pattern(network)}",
        ],
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
