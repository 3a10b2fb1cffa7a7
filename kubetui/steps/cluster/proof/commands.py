"""The commands of the proof: its pods and service, a server inside each pod, and what each pod asks of the others."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kubetui.base.scripts import script
from kubetui.cluster.tables import ADMIN
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.software.runtimes.runtime import SANDBOX_MARK
from kubetui.steps import kubeadm
from kubetui.steps.node.libraries import IMAGES

BEGIN: Final = ADMIN + IMAGES + script(__package__, "begin.sh")
PODS: Final = ADMIN + script(__package__, "pods.sh")
SERVE: Final = script(__package__, "serve.sh")
ASK: Final = script(__package__, "ask.sh")
END: Final = ADMIN + script(__package__, "end.sh")
STOP: Final = script(__package__, "stop.sh")
POLICY: Final = ADMIN + script(__package__, "policy.sh")
POLICY_ASK: Final = script(__package__, "policy-ask.sh")
POLICY_END: Final = ADMIN + script(__package__, "policy-end.sh")

PREFIX: Final = "kubetui-proof"
LIFE: Final = "300"
"""Seconds after which whatever is left of a proof removes itself, even if kubetui was killed."""
LIMIT: Final = "90"
"""Seconds that the pods may take to run; on an emulated processor they take half a minute."""
POLICY_LIMIT: Final = "20"
"""Seconds that a NetworkPolicy may take until it blocks."""
PORT: Final = "8080"
"""The servers' port, inside the pods alone."""


def new_name() -> str:
    """Return a name for one proof's objects, so that it never waits for an earlier one's to go."""
    return f"{PREFIX}-{secrets.token_hex(4)}"


def begin(plan: Plan, name: str) -> Command:
    """Return the command that creates the pods and the service, and prints the service's address and node port."""
    cluster = kubeadm.render([kubeadm.cluster_configuration(plan)])
    return Command(BEGIN, {"CLUSTER": cluster, "LIFE": LIFE, "MANIFEST": json.dumps(manifest(name)), "NAME": name})


def pods(name: str, wanted: Sequence[str]) -> Command:
    """Return the command that lists the pods once those on the `wanted` nodes run, or when the time is over."""
    return Command(PODS, {"LIMIT": LIMIT, "NAME": name, "WANTED": " ".join(wanted)})


def serve(name: str, machine: Machine) -> Command:
    """Return the command that starts a server in the network of a node's pod; the server says the node's name."""
    values = {"LIFE": LIFE, "LIMIT": LIMIT, "NAME": name, "NODE": machine.name, "PORT": PORT}
    return Command(SERVE, values)


def ask(pid: int, targets: Mapping[str, str], service: str, dns: str, query: str) -> Command:
    """Return the command that asks, from the network of a node's pod, other pods, the service and the name server."""
    lines = "\n".join(f"{node} {address}" for node, address in targets.items())
    values = {"PID": str(pid), "PORT": PORT, "TARGETS": lines, "SERVICE": service, "DNS": dns, "QUERY": query}
    return Command(ASK, values, timeout=60)


def deny(name: str, node: str) -> Command:
    """Return the command that lets nobody call the pod on a node, by a NetworkPolicy."""
    return Command(POLICY, {"LIFE": LIFE, "MANIFEST": json.dumps(policy(name)), "NAME": name, "NODE": node})


def tried(pid: int, address: str, wanted: str) -> Command:
    """Return the command that calls a pod from another's network until the call is `wanted`: answered or blocked."""
    values = {"ADDRESS": address, "LIMIT": POLICY_LIMIT, "PID": str(pid), "PORT": PORT, "WANTED": wanted}
    return Command(POLICY_ASK, values, timeout=60)


def allow(name: str) -> Command:
    """Return the command that removes the NetworkPolicy."""
    return Command(POLICY_END, {"NAME": name}, timeout=60)


def end(name: str) -> Command:
    """Return the command that removes the pods and the service."""
    return Command(END, {"NAME": name}, timeout=60)


def stop() -> Command:
    """Return the command that stops the server in a node's pod."""
    return Command(STOP, timeout=30)


def manifest(name: str) -> dict[str, Any]:
    """Return a daemon set of pause containers and a service in front of them.

    They are in kube-system: Kubernetes takes five seconds and more to remove a namespace, and needs every aggregated
    API for it. The pause image is on every node, so nothing is pulled. With externalTrafficPolicy Local a node's port
    is answered by the node's own pod, which tells a blocked port from a broken pod network.
    """
    selector, about = _selector(name), _about(name)
    labels = about["labels"]
    container = {
        "name": name,
        "image": SANDBOX_MARK,
        "imagePullPolicy": "IfNotPresent",
        "resources": {"requests": {"cpu": "1m", "memory": "4Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    pod = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 1,
        "tolerations": [{"operator": "Exists"}],
        "securityContext": {"runAsNonRoot": True, "runAsUser": 65535, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
    }
    daemons = {"selector": {"matchLabels": selector}, "template": {"metadata": {"labels": labels}, "spec": pod}}
    service = {
        "type": "NodePort",
        "externalTrafficPolicy": "Local",
        "selector": selector,
        "ports": [{"port": 80, "targetPort": int(PORT)}],
    }
    return {
        "apiVersion": "v1",
        "kind": "List",
        "items": [
            {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": about, "spec": daemons},
            {"apiVersion": "v1", "kind": "Service", "metadata": about, "spec": service},
        ],
    }


def policy(name: str) -> dict[str, Any]:
    """Return a NetworkPolicy for the one pod that is labelled for it: no rule lets anybody in."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _about(name),
        "spec": {
            "podSelector": {"matchLabels": {**_selector(name), "kubetui/policy": "denied"}},
            "policyTypes": ["Ingress"],
        },
    }


def _selector(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": PREFIX, "app.kubernetes.io/instance": name}


def _about(name: str) -> dict[str, Any]:
    labels = {**_selector(name), "app.kubernetes.io/managed-by": "kubetui"}
    return {"name": name, "namespace": "kube-system", "labels": labels}
