"""Ways to break a cluster's machines a little, with the step that `kubetui diff` has to name for each.

They were written before `diff` was: what it did not see was what it had to learn.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from tests.e2e.conftest import Lab

FIRST, WORKER = "kubmaster", "kubnode1"
KUBECTL: Final = "kubectl --kubeconfig=/etc/kubernetes/admin.conf"


@dataclass(frozen=True, slots=True)
class Mutation:
    """A script that breaks something on a machine, and the step that is not as it was afterwards.

    `on` is the machine that the difference is on, where it is another than the one that the script runs on.
    """

    step: str
    script: str
    machine: str = WORKER
    on: str = ""


MUTATIONS: Final = (
    Mutation("hosts", "hostnamectl set-hostname another"),
    Mutation("hosts", "sed -i /kubnode1/d /etc/hosts", FIRST),
    Mutation("hosts", "echo '127.0.1.1 kubnode1' >>/etc/hosts"),
    Mutation("swap", "echo '/swap.img none swap sw 0 0' >>/etc/fstab"),
    Mutation(
        "swap",
        "printf '[Swap]\\nWhat=/swap.img\\n[Install]\\nWantedBy=swap.target\\n' "
        ">/etc/systemd/system/swap.img.swap; systemctl enable swap.img.swap",
    ),
    Mutation("kernel", "rm -f /etc/modules-load.d/kubetui.conf /etc/modules-load.d/k8s.conf"),
    Mutation("kernel", "sysctl -w net.ipv4.ip_forward=0"),
    Mutation("kernel", "echo net.ipv4.ip_forward=0 >/etc/sysctl.d/zz.conf"),
    Mutation("base", "dpkg --remove --force-depends conntrack"),
    Mutation("base", "dpkg --remove --force-depends socat"),
    Mutation("runtime", "dpkg --remove --force-all containerd.io"),
    Mutation("runtime", "rm /usr/bin/containerd"),
    Mutation("kubernetes", "rm /usr/bin/kubelet"),
    Mutation("repository", "rm /etc/apt/sources.list.d/kubernetes.*"),
    Mutation("repository", "echo broken >/etc/apt/keyrings/kubernetes-apt-keyring.gpg"),
    Mutation("kubernetes", "apt-mark unhold kubelet"),
    Mutation("kubernetes", "dpkg --remove --force-all kubectl"),
    Mutation("kubernetes", "systemctl disable kubelet"),
    Mutation("runtime-config", "sed -i s/SystemdCgroup.*/SystemdCgroup=false/ /etc/containerd/config.toml"),
    Mutation("runtime-config", "rm -r /etc/containerd/certs.d"),
    Mutation("runtime-config", "rm /etc/crictl.yaml"),
    Mutation("runtime-config", "systemctl disable containerd"),
    Mutation("images", "crictl rmi --prune"),
    Mutation("images", "ctr --namespace k8s.io images rm $(ctr --namespace k8s.io images ls -q | grep kube-proxy)"),
    Mutation("init", "mv /etc/kubernetes/manifests/kube-apiserver.yaml /root/", FIRST),
    Mutation("init", "systemctl stop kubelet", FIRST),
    Mutation(
        "init",
        "sed -i 's/--authorization-mode=Node,RBAC/--authorization-mode=RBAC/' "
        "/etc/kubernetes/manifests/kube-apiserver.yaml",
        FIRST,
    ),
    Mutation("init", "rm /etc/kubernetes/pki/front-proxy-client.crt", FIRST),
    Mutation("init", "rm /etc/kubernetes/admin.conf", FIRST),
    Mutation("init", "rm /etc/kubernetes/manifests/etcd.yaml", FIRST),
    Mutation("init", "sed -i 's/cgroupDriver: systemd/cgroupDriver: cgroupfs/' /var/lib/kubelet/config.yaml", FIRST),
    Mutation("kubeconfig", "rm /home/vagrant/.kube/config", FIRST),
    Mutation("kubeconfig", "echo '# mine' >>/home/vagrant/.kube/config", FIRST),
    Mutation("network", f"{KUBECTL} --namespace=kube-flannel delete daemonset kube-flannel-ds", FIRST),
    Mutation(
        "network",
        f"{KUBECTL} --namespace=kube-flannel patch configmap kube-flannel-cfg --type=merge "
        """--patch='{"data": {"net-conf.json": "{}"}}'""",
        FIRST,
    ),
    Mutation("network", "echo '# mine' >>/etc/kubernetes/kubetui/pod-network.yaml", FIRST),
    Mutation("join", "systemctl stop kubelet"),
    Mutation("join", "sed -i 's,server: https://.*,server: https://192.0.2.1:6443,' /etc/kubernetes/kubelet.conf"),
    Mutation("join", f"{KUBECTL} delete node {WORKER}", FIRST, on=WORKER),
    Mutation("join", "sed -i 's/cgroupDriver: systemd/cgroupDriver: cgroupfs/' /var/lib/kubelet/config.yaml"),
    Mutation("join", "rm /var/lib/kubelet/pki/kubelet-client-current.pem"),
    Mutation("labels", f"{KUBECTL} label node {WORKER} disk-", FIRST),
    Mutation("labels", f"{KUBECTL} taint node {WORKER} dedicated-", FIRST),
    Mutation("completion", "rm /etc/bash_completion.d/kubectl"),
    Mutation("completion", ": >/etc/bash_completion.d/kubectl"),
)

THEIRS: Final = (
    Mutation("claim", "rm /var/lib/kubetui/cluster", "hostm2"),
    Mutation("claim", ": >/var/lib/kubetui/cluster", "hostm3"),
    Mutation("kernel", "sysctl -w net.ipv4.ip_forward=0", "hostm2"),
    Mutation("init", "rm /etc/kubernetes/pki/front-proxy-client.key", "hostm1"),
    Mutation("join", "systemctl stop kubelet", "hostm3"),
)
"""On existing machines, which are marked as this cluster's: all of it at once, which is quicker."""


def differences(lab: Lab) -> set[tuple[str, str]]:
    """Return what `kubetui diff` finds: machines and steps."""
    found = json.loads(lab.kubetui("diff", lab.name, "--json", check=False))
    assert found["unread"] == {}
    return {(each["machine"], each["step"]) for each in found["differences"]}
