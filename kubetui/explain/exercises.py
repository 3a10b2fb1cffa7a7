"""What to try next on a finished cluster: each with its commands, and a check that tells whether it was done.

A check is a script in `checks/` that only reads, on the control plane with the administrator's kubeconfig. It exits
with 0 when the exercise is done, and prints what it found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from kubetui.base.scripts import script

Place = Literal["host", "control plane"]
WORKER: Final = "WORKER"
"""Stands in commands for the name of a worker, and is the value that a check takes."""
IMAGE: Final = "busybox:stable"


@dataclass(frozen=True, slots=True)
class Exercise:
    """Something to try; `where` its commands are typed: in a shell with the kubeconfig, or on the control plane.

    `undo` removes what it leaves, and is empty where it leaves nothing. One that only `looks` leaves no trace: its
    check shows what there is to see, and cannot tell whether anybody looked.
    """

    name: str
    title: str
    text: str
    commands: tuple[str, ...]
    undo: str = ""
    where: Place = "host"
    looks: bool = False
    worker: str = ""
    """The worker that it is about; empty where it is about none."""

    @property
    def check(self) -> str:
        """The script that tells whether it was done."""
        return script(f"{__package__}.checks", f"{self.name}.sh")

    def on(self, worker: str) -> Exercise:
        """Return it for one of a cluster's workers."""
        if not self.worker:
            return self
        commands = tuple(command.replace(WORKER, worker) for command in self.commands)
        return replace(self, commands=commands, undo=self.undo.replace(WORKER, worker), worker=worker)


def exercises(workers: Sequence[str]) -> tuple[Exercise, ...]:
    """Return the exercises for a cluster with these workers, in the order in which to try them."""
    return tuple(each.on(workers[0]) if workers else each for each in EXERCISES if workers or not each.worker)


EXERCISES: Final = (
    Exercise(
        "nodes",
        "List the nodes",
        "A node is a machine that runs pods. Its kubelet reports to the API server every few seconds; Ready means "
        "that it did, and that its pod network works.",
        ("kubectl get nodes -o wide",),
        looks=True,
    ),
    Exercise(
        "static-pods",
        "Look at the static pods",
        "No API server started the pods of the control plane: the kubelet reads their manifests from a folder. Their "
        "names end with the node's.",
        (
            "ls /etc/kubernetes/manifests",
            "sudo kubectl --kubeconfig=/etc/kubernetes/admin.conf -n kube-system get pods -l tier=control-plane",
        ),
        where="control plane",
        looks=True,
    ),
    Exercise(
        "pod",
        "Run a pod",
        "A pod is one or more containers that share an address. This one only sleeps. Nobody brings it back when it "
        "is deleted: that is what a deployment is for.",
        (
            f"kubectl run hello --image={IMAGE} -- sleep 86400",
            "kubectl get pod hello -o wide",
            "kubectl exec hello -- cat /etc/resolv.conf",
        ),
        undo="kubectl delete pod hello --now",
    ),
    Exercise(
        "deployment",
        "Scale a deployment",
        "A deployment wants a number of identical pods, and its replica set makes or removes pods until there are as "
        "many. Look on which nodes the scheduler puts them.",
        (
            f"kubectl create deployment web --image={IMAGE} -- sleep 86400",
            "kubectl scale deployment web --replicas=3",
            "kubectl get pods --selector=app=web -o wide",
        ),
        undo="kubectl delete deployment web",
    ),
    Exercise(
        "comes-back",
        "Delete a pod and watch it come back",
        "The replica set of web sees that a pod is missing, and makes another one under a new name. Add --watch to "
        "the last command to see it happen. This needs the deployment web of the exercise before.",
        (
            'kubectl delete --now "$(kubectl get pods --selector=app=web -o name | head -n 1)"',
            "kubectl get pods --selector=app=web",
        ),
        undo="kubectl delete deployment web",
    ),
    Exercise(
        "nodeport",
        "Open a port on every node",
        "A service of the type NodePort takes the same port on every node and passes it on to its pods. CoreDNS says "
        "OK over HTTP while it is well, so there is something to reach.",
        (
            "kubectl --namespace=kube-system expose deployment coredns --name=hello-port --type=NodePort --port=8080",
            "kubectl --namespace=kube-system get service hello-port",
            "node=$(kubectl get nodes -o jsonpath='{.items[0].status.addresses[0].address}')",
            "port=$(kubectl -n kube-system get service hello-port -o jsonpath='{.spec.ports[0].nodePort}')",
            "curl http://$node:$port/health",
        ),
        undo="kubectl --namespace=kube-system delete service hello-port",
    ),
    Exercise(
        "drain",
        "Drain a node and take it back",
        "Before work on a machine its pods have to go elsewhere: drain marks the node and evicts them, uncordon takes "
        "it back. Pods do not return by themselves. A pod without an owner, such as hello, is lost: --force says that "
        "you know.",
        (
            f"kubectl drain {WORKER} --ignore-daemonsets --delete-emptydir-data --force",
            f"kubectl get pods --all-namespaces -o wide --field-selector=spec.nodeName={WORKER}",
            f"kubectl uncordon {WORKER}",
        ),
        undo=f"kubectl uncordon {WORKER}",
        worker=WORKER,
    ),
    Exercise(
        "taint",
        "Keep pods off a node",
        "A taint keeps off every pod that does not tolerate it; that is why the control plane runs none of yours. "
        "NoSchedule leaves the pods that are there.",
        (
            f"kubectl taint node {WORKER} lesson=yes:NoSchedule",
            f"kubectl describe node {WORKER} | grep Taints",
        ),
        undo=f"kubectl taint node {WORKER} lesson-",
        worker=WORKER,
    ),
    Exercise(
        "certificates",
        "See when a certificate expires",
        "kubeadm's certificates are valid for a year, its certificate authority for ten. An upgrade renews them; a "
        "cluster that nobody upgrades stops after a year.",
        (
            "sudo kubeadm certs check-expiration",
            "sudo openssl x509 -noout -enddate -in /etc/kubernetes/pki/apiserver.crt",
        ),
        where="control plane",
        looks=True,
    ),
    Exercise(
        "dns",
        "Break DNS and find it",
        "Without CoreDNS no pod finds a service by its name, and everything that uses names seems broken. Scale it to "
        "zero, see where the service's endpoints went and what a pod sees, and scale it back. This needs the "
        "deployment web.",
        (
            "kubectl --namespace=kube-system scale deployment coredns --replicas=0",
            "kubectl --namespace=kube-system get endpointslices --selector=k8s-app=kube-dns",
            "kubectl exec deployment/web -- nslookup kubernetes.default",
            "kubectl --namespace=kube-system scale deployment coredns --replicas=2",
        ),
        undo="kubectl --namespace=kube-system scale deployment coredns --replicas=2",
    ),
)
"""Every exercise; `exercises` returns those that a cluster has the machines for."""
