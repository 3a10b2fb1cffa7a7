"""What the steps that make a cluster teach: their commands as a person types them, concepts and changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from kubetui.base.scripts import typed, written
from kubetui.engine.step import Teaching
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.steps import kubeadm

CREATING: Final = "kubeadm token create --ttl=30m '--description=kubetui join' --print-join-command"
"""The command that makes a join token, as join-token.sh calls it."""
SIGNING: Final = "kubectl --namespace=kube-public patch configmap cluster-info --type=merge --patch="
SIGNATURE: Final = "'<signature>'"
"""Stands for what follows `SIGNING`, which the join token has signed."""
MANIFEST: Final = "/etc/kubernetes/kubetui/pod-network.yaml"
COMPLETION: Final = "/etc/bash_completion.d/kubectl"
INIT_CONFIG, _JOIN, _CERTS = (f"/run/kubetui-{name}.yaml" for name in ("init", "join", "certs"))


def skips(plan: Plan) -> str:
    """Return the option that a machine with cgroup version 1 needs, if the plan takes such machines."""
    registering = kubeadm.init_documents(plan)[0]
    skipped = kubeadm.skipped_on_cgroup_v1(plan, registering)
    return f" [--ignore-preflight-errors={skipped}]" if skipped else ""


INIT: Final = Teaching(
    commands=lambda plan, _machine: (
        written(INIT_CONFIG),
        f"kubeadm init --config={INIT_CONFIG} --skip-token-print{skips(plan)}",
    ),
    concepts=("control-plane", "static-pod", "etcd", "api-server", "certificates", "kubeadm", "bootstrap"),
    changes=lambda _plan, _machine: (
        "folder /etc/kubernetes, with certificates, kubeconfigs and the manifests of static pods",
        "folder /var/lib/etcd",
        "file /var/lib/kubelet/config.yaml",
        "unit kubelet, started",
    ),
)


def _kubeconfig(plan: Plan, _machine: Machine) -> tuple[str, ...]:
    user = plan.user
    if not user:
        return ()
    owner, home = ("-o", user, "-g", user), f"/home/{user}/.kube"
    return (
        typed("install", "-d", "-m", "700", *owner, home),
        typed("install", "-m", "600", *owner, "/etc/kubernetes/admin.conf", f"{home}/config"),
    )


KUBECONFIG: Final = Teaching(
    commands=_kubeconfig,
    concepts=("kubeconfig", "kubectl", "certificates"),
    changes=lambda plan, _machine: (
        *((f"file /home/{plan.user}/.kube/config",) if plan.user else ()),
        "file kubeconfig in the cluster's folder on this computer",
    ),
    none="On a machine of your own nobody's home is touched; this computer gets the kubeconfig.",
)
NETWORK: Final = Teaching(
    commands=lambda _plan, _machine: (written(f"{MANIFEST}.new"), f"kubectl apply --filename={MANIFEST}.new"),
    concepts=("cni", "pod-cidr", "vxlan", "daemonset"),
    changes=lambda plan, _machine: (
        f"the objects of {plan.pod_network.spelled} in the cluster",
        f"file {MANIFEST}",
    ),
)


def _token(plan: Plan) -> tuple[str, ...]:
    on = f" # on {plan.control_plane.name}"
    return (f"{CREATING}{on}", f"{SIGNING}{SIGNATURE}{on}")


def _joining(plan: Plan) -> tuple[str, ...]:
    return (written(_JOIN), f"kubeadm join --config={_JOIN}{skips(plan)}")


def _certificates(plan: Plan) -> tuple[str, ...]:
    on = f" # on {plan.control_plane.name}"
    upload = f"kubeadm init phase upload-certs --upload-certs --config={_CERTS}"
    return (f"{written(_CERTS)}{on}", f"{upload}{on}")


JOIN: Final = Teaching(
    commands=lambda plan, _machine: (*_token(plan), *_joining(plan)),
    concepts=("worker", "join-token", "ca-hash", "bootstrap", "kubelet"),
    changes=lambda _plan, machine: (
        "files /etc/kubernetes/kubelet.conf and /etc/kubernetes/pki/ca.crt",
        "unit kubelet, started",
        f"node {machine.name} in the cluster",
    ),
)
JOIN_CONTROL_PLANE: Final = Teaching(
    commands=lambda plan, _machine: (*_certificates(plan), *_token(plan), *_joining(plan)),
    concepts=("control-plane", "etcd-quorum", "certificates", "join-token"),
    changes=lambda _plan, machine: (
        "folder /etc/kubernetes, with certificates and the manifests of static pods",
        "folder /var/lib/etcd",
        "unit kubelet, started",
        f"node {machine.name} in the cluster, and an etcd member",
    ),
)


def marking(node: str, kind: str, texts: Iterable[str]) -> tuple[str, str]:
    """Return the commands that write down whose a node's labels or taints are, and that set them."""
    words = tuple(texts)
    note = f"kubetui/{kind}s={','.join(words)}"
    return (
        typed("kubectl", "annotate", "node", node, "--overwrite", note),
        typed("kubectl", kind, "node", node, "--overwrite", *words),
    )


COMPLETED: Final = Teaching(
    commands=lambda _plan, _machine: (f"tee {COMPLETION} < <(kubectl completion bash)",),
    concepts=("kubectl",),
    changes=lambda _plan, _machine: (f"file {COMPLETION}",),
)
CHECK: Final = Teaching(concepts=("readiness", "internal-ip", "pod"), none="It only looks, and waits.")


def _proof(plan: Plan, _machine: Machine) -> tuple[str, ...]:
    kinds, place = "daemonsets,services", "--namespace=kube-system"
    selector = "--selector=app.kubernetes.io/"
    earlier = f"'{selector}name=kubetui-proof,app.kubernetes.io/instance!=<name>'"
    unit = "systemd-run --quiet --collect --unit=<name>"
    others = tuple(each.name for each in plan.machines if not each.first)
    on_node = "--field-selector=spec.nodeName=<node>"
    policy = (
        (
            f"kubectl delete networkpolicies {place} --ignore-not-found {earlier} --wait=false --request-timeout=10s",
            f"{unit}-policy <a timer that deletes it>",
            f"kubectl label pods {place} {selector}instance=<name> {on_node} --overwrite kubetui/policy=denied",
            "kubectl apply --request-timeout=10s --filename=- <a NetworkPolicy for that pod>",
            f"kubectl delete networkpolicies {place} {selector}instance=<name> --ignore-not-found --timeout=30s",
            "systemctl stop 'kubetui-proof-*-policy.timer'",
        )
        if plan.pod_network.policies
        else ()
    )
    server, stop = f"{unit}-server <a server in its pod's network>", "systemctl stop 'kubetui-proof-*-server.service'"
    return (
        f"kubectl delete {kinds} {place} --ignore-not-found {earlier} --wait=false --request-timeout=10s",
        f"{unit} <a timer that deletes them>",
        "kubectl apply --request-timeout=10s --filename=- <where it answers>",
        server,
        *(f"{server} # on {name}" for name in others),
        *policy,
        f"kubectl delete {kinds} {place} {selector}instance=<name> --cascade=foreground --ignore-not-found --timeout=30s",
        "systemctl stop 'kubetui-proof-*.timer'",
        stop,
        *(f"{stop} # on {name}" for name in others),
    )


PROOF: Final = Teaching(
    commands=_proof,
    concepts=("service", "nodeport", "dns", "kube-proxy", "service-cidr", "scheduler", "namespace"),
    changes=lambda _plan, _machine: ("nothing that stays: its pods and its service are deleted",),
)
