"""Ways to do a step by hand, on the machines of rig.yaml: ours, the documentation's, a clumsy one, and wrong ones."""

from __future__ import annotations

import re
import shlex

from kubetui.operations.turns import offers
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.steps.cluster.byhand import GIVEN_MANIFEST
from kubetui.steps.cluster.taught import INIT_CONFIG
from tests.e2e.conftest import Lab
from tests.e2e.faults import Container

FIRST, NODE1, NODE2 = "kubmaster", "kubnode1", "kubnode2"
ADMIN = "export KUBECONFIG=/etc/kubernetes/admin.conf; "
RESET = "kubeadm reset --force >/dev/null 2>&1; rm -rf /etc/cni/net.d/* /var/lib/etcd/member; "
Wrong = tuple[str, str]
"""What a person does, and words of what is missing then."""


def on(lab: Lab, machine: str, script: str) -> str:
    failing = "trap 'tail -n 20 /tmp/init /tmp/join >&2 || :' ERR"
    return Container(lab, machine).inside(
        f"set -euo pipefail; export DEBIAN_FRONTEND=noninteractive; {failing}; {script}"
    )


def plan_of(lab: Lab) -> Plan:
    return Plan(profilefile.load(lab.profile))


def hinted(lab: Lab, step: str, machine: str) -> str:
    """Return what the second hint for a step shows, as one script."""
    offer = next(each for each in offers(plan_of(lab)) if (each.task.step, each.task.machine) == (step, machine))
    text = re.sub(r" \[(--\S+)\]", r" \1", "; ".join(offer.commands))
    return text.replace("<system>", "debian").replace("<release>", "trixie")


KERNEL_WRONG = (
    ("true", "br_netfilter is not loaded at boot"),
    ("echo br_netfilter >/etc/modules-load.d/k8s.conf; sysctl -w net.ipv4.ip_forward=0", "ip_forward|bridge-nf-call"),
    (
        (
            "modprobe br_netfilter; sysctl -w net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=1 "
            "net.bridge.bridge-nf-call-ip6tables=1"
        ),
        "is not 1 after a boot",
    ),
    (
        (
            "for each in bridge.bridge-nf-call-iptables bridge.bridge-nf-call-ip6tables ipv4.ip_forward; do "
            'echo "net.$each = 1"; done >/etc/sysctl.d/k8s'
        ),
        "bridge-nf-call-iptables is not 1 after a boot",
    ),
    (
        "mv /etc/sysctl.d/k8s /etc/sysctl.d/k8s.conf; echo net.ipv4.ip_forward=0 >/etc/sysctl.d/zz.conf",
        "net.ipv4.ip_forward is not 1 after a boot",
    ),
)
KERNEL_DOCUMENTED = (
    "printf 'overlay\nbr_netfilter\n' | tee /etc/modules-load.d/k8s.conf; modprobe -a overlay br_netfilter; "
    "printf 'net.bridge.bridge-nf-call-iptables  = 1\nnet.bridge.bridge-nf-call-ip6tables = 1\n"
    "net.ipv4.ip_forward                 = 1\n' | tee /etc/sysctl.d/k8s.conf; sysctl --system"
)
KERNEL_CLUMSY = (
    "echo '  br_netfilter ' >>/etc/modules-load.d/modules.conf; modprobe br_netfilter; "
    "for each in net/bridge/bridge-nf-call-iptables net/bridge/bridge-nf-call-ip6tables net/ipv4/ip_forward; do "
    'echo "$each=1" >>/etc/sysctl.d/zzz.conf; echo 1 >/proc/sys/$each; done'
)

RUNTIME_WRONG = (
    ("true", "containerd.* is not installed"),
    (
        "printf '#!/bin/sh\n' >/usr/local/bin/containerd; chmod +x /usr/local/bin/containerd",
        "none of its packages is installed",
    ),
    ("rm /usr/local/bin/containerd; apt-get update; apt-get install -y --download-only containerd", "is not installed"),
    ("cd /tmp; apt-get download containerd; dpkg --unpack containerd_*.deb", "none of its packages is installed"),
    ("apt-get install -y --fix-broken", "the profile wants containerd.io"),
)
DOCKER = "http://10.0.3.1:8080/linux/debian"
RUNTIME_DOCUMENTED = (
    f"install -m 0755 -d /etc/apt/keyrings; curl -fsSL {DOCKER}/gpg -o /etc/apt/keyrings/docker.asc; "
    "chmod a+r /etc/apt/keyrings/docker.asc; "
    f"printf 'Types: deb\nURIs: {DOCKER}\nSuites: trixie\nComponents: stable\n' >/tmp/docker.sources; "
    "echo 'Signed-By: /etc/apt/keyrings/docker.asc' >>/tmp/docker.sources; "
    "mv /tmp/docker.sources /etc/apt/sources.list.d/; apt-get update; apt-get install -y containerd.io"
)
RUNTIME_CLUMSY = (
    f"echo 'deb [trusted=yes] {DOCKER} trixie stable' >/etc/apt/sources.list.d/mine.list; apt-get update; cd /tmp; "
    "apt-get download containerd.io; dpkg -i containerd.io_*.deb; rm /etc/apt/sources.list.d/mine.list; apt-get update"
)

PACKAGES_WRONG = (
    ("true", "is not installed"),
    ("apt-get install -y kubectl", "kubelet is not installed"),
    ("apt-get install -y kubelet kubeadm", "kubelet is not held"),
    ("apt-mark hold kubelet", "kubeadm is not held"),
    ("apt-mark hold kubeadm kubectl; systemctl disable kubelet", "kubelet is not enabled"),
)
PACKAGES_DOCUMENTED = (
    "apt-get update; apt-get install -y kubelet kubeadm kubectl; apt-mark hold kubelet kubeadm kubectl; "
    "systemctl enable --now kubelet"
)
PACKAGES_CLUMSY = (
    "cd /tmp; apt-get download kubelet kubeadm kubectl kubernetes-cni cri-tools; "
    "dpkg -i kube*.deb cri-tools*.deb || apt-get install -y --fix-broken; "
    "for each in kubelet kubeadm kubectl; do echo $each hold | dpkg --set-selections; done; "
    "ln -sf /usr/lib/systemd/system/kubelet.service /etc/systemd/system/multi-user.target.wants/; "
    "systemctl daemon-reload"
)

SKIP = "--ignore-preflight-errors=SystemVerification"
PATCH = "mkdir -p /root/patches; echo 'failCgroupV1: false' >/root/patches/kubeletconfiguration+merge.yaml; "


def options(lab: Lab, machine: str, **changed: str) -> str:
    """Return what kubeadm init is told by options."""
    plan = plan_of(lab)
    address = next(each.address for each in plan.machines if each.name == machine)
    chosen = {
        "apiserver-advertise-address": str(address),
        "pod-network-cidr": str(plan.profile.network.pod_cidr),
        "node-name": machine,
        "image-repository": "10.0.3.1:5000",
        "patches": "/root/patches",
    } | {name.replace("_", "-"): value for name, value in changed.items()}
    return " ".join(f"--{name}={value}" for name, value in chosen.items()) + f" {SKIP}"


def node_ip(lab: Lab, machine: str) -> str:
    address = next(each.address for each in plan_of(lab).machines if each.name == machine)
    return f"echo KUBELET_EXTRA_ARGS=--node-ip={address} >/etc/default/kubelet; systemctl daemon-reload; "


def init_by_options(lab: Lab, **changed: str) -> str:
    return PATCH + node_ip(lab, FIRST) + f"kubeadm init {options(lab, FIRST, **changed)} >/tmp/init 2>&1"


def init_wrong(lab: Lab) -> tuple[Wrong, ...]:
    other = "ip address add 172.31.9.9/32 dev lo; echo KUBELET_EXTRA_ARGS=--node-ip=172.31.9.9 >/etc/default/kubelet; "
    return (
        ("true", "there is no control plane yet"),
        (
            (
                f"kubeadm init phase certs all --config={INIT_CONFIG} >/dev/null; "
                f"kubeadm init phase kubeconfig all --config={INIT_CONFIG} >/dev/null"
            ),
            "the API server does not answer",
        ),
        (
            RESET + init_by_options(lab, pod_network_cidr="10.99.0.0/16"),
            "podSubnet is 10.99.0.0/16, and .* was planned",
        ),
        (RESET + init_by_options(lab, node_name="other"), "there is no node kubmaster, only other"),
        (
            RESET + PATCH + other + f"kubeadm init {options(lab, FIRST)} >/tmp/init 2>&1",
            "INTERNAL-IP of kubmaster is 172.31.9.9, and .* was planned",
        ),
        (RESET + init_by_options(lab), "kubelet-config lacks .failCgroupV1: false. of the profile's patches"),
    )


def own_configuration(lab: Lab) -> str:
    plan = plan_of(lab)
    config = f"""apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint: {{advertiseAddress: {plan.control_plane.address}}}
nodeRegistration: {{name: {FIRST}, kubeletExtraArgs: [{{name: node-ip, value: {plan.control_plane.address}}}]}}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
networking: {{podSubnet: {plan.profile.network.pod_cidr}}}
imageRepository: 10.0.3.1:5000
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
"""
    return f"cat >/root/mine.yaml <<<{shlex.quote(config)}; "


def init_by_configuration(lab: Lab) -> str:
    """The documented way, with a file in place of options."""
    return own_configuration(lab) + f"kubeadm init --config=/root/mine.yaml {SKIP} >/tmp/init 2>&1"


def init_clumsy(lab: Lab) -> str:
    """A configuration of one's own, carried out phase by phase."""
    before = ("certs all", "kubeconfig all", "etcd local", "control-plane all", "kubelet-start")
    after = (
        *("upload-config all", "upload-certs --upload-certs", "mark-control-plane", "bootstrap-token"),
        *("kubelet-finalize all", "addon all"),
    )
    first, second = (
        "; ".join(f"kubeadm init phase {each} --config=/root/mine.yaml >>/tmp/init 2>&1" for each in phases)
        for phases in (before, after)
    )
    waiting = "until kubectl get --raw=/readyz >/dev/null 2>&1; do sleep 1; done"
    return f"{own_configuration(lab)}{first}; {ADMIN}{waiting}; {second}"


def network_wrong(lab: Lab) -> tuple[Wrong, ...]:
    cidr = str(plan_of(lab).profile.network.pod_cidr)
    changed = f"sed 's|{cidr}|10.99.0.0/16|'"
    return (
        ("true", "lacks an object"),
        (ADMIN + "kubectl create namespace kube-flannel", "lacks an object"),
        (ADMIN + f"{changed} {GIVEN_MANIFEST} | kubectl apply --filename=-", "another Network"),
        (
            ADMIN + f"sed -E 's|(image: .*/flannel):.*|\\1:v0.0.0|' {GIVEN_MANIFEST} >/tmp/wrong.yaml; "
            "kubectl apply --filename=/tmp/wrong.yaml; "
            "for i in $(seq 60); do kubectl get pods -n kube-flannel | grep -q Image && break; sleep 1; done",
            "flannel's pod on kubmaster is not ready",
        ),
        (
            ADMIN + f"kubectl apply --filename={GIVEN_MANIFEST}; kubectl delete clusterrolebinding flannel",
            "lacks an object",
        ),
    )


READY = (
    f"; {ADMIN}kubectl -n kube-flannel rollout status daemonset --timeout=120s; "
    f"kubectl wait --for=condition=Ready node/{FIRST} --timeout=120s"
)
NETWORK_CLUMSY = (
    ADMIN + f"mkdir -p /root/net; cd /root/net; csplit -s -z {GIVEN_MANIFEST} '/^---$/' '{{*}}'; "
    "for each in xx*; do kubectl create --filename=$each; done"
)


def join_command(lab: Lab, machine: str, **changed: str) -> str:
    said = on(lab, FIRST, ADMIN + "kubeadm token create --print-join-command")
    line = next(each for each in said.splitlines() if each.startswith("kubeadm join"))
    named = {"node-name": machine} | {name.replace("_", "-"): value for name, value in changed.items()}
    more = " ".join(f"--{name}={value}" for name, value in named.items())
    return f"{line.strip()} {more} {SKIP} >/tmp/join 2>&1"


def join_wrong(lab: Lab) -> tuple[Wrong, ...]:
    return (
        ("true", "it has not joined yet"),
        (
            (
                "mkdir -p /etc/kubernetes/pki; touch /etc/kubernetes/kubelet.conf; "
                "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=kubernetes -keyout /dev/null "
                "-out /etc/kubernetes/pki/ca.crt 2>/dev/null"
            ),
            "it has joined another cluster",
        ),
        (RESET + node_ip(lab, NODE1) + join_command(lab, NODE1, node_name="stranger"), "there is no node kubnode1"),
        (
            RESET + "ip address add 172.31.9.10/32 dev lo; "
            "echo KUBELET_EXTRA_ARGS=--node-ip=172.31.9.10 >/etc/default/kubelet; " + join_command(lab, NODE1),
            "INTERNAL-IP of kubnode1 is 172.31.9.10",
        ),
        ("systemctl stop kubelet", "the kubelet does not run"),
    )


def join_clumsily(lab: Lab) -> str:
    """Join first, and give the kubelet its address afterwards."""
    return join_command(lab, NODE1) + "; sleep 5; " + node_ip(lab, NODE1) + "systemctl restart kubelet; sleep 5"


def join_by_configuration(lab: Lab, machine: str) -> str:
    """The documented way with a file in place of options."""
    said = on(lab, FIRST, ADMIN + "kubeadm token create --print-join-command")
    found = re.search(r"join (\S+) --token (\S+) --discovery-token-ca-cert-hash (\S+)", said)
    assert found, said
    address = next(each.address for each in plan_of(lab).machines if each.name == machine)
    config = f"""apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
discovery: {{bootstrapToken: {{apiServerEndpoint: "{found[1]}", token: {found[2]}, caCertHashes: ["{found[3]}"]}}}}
nodeRegistration: {{name: {machine}, kubeletExtraArgs: [{{name: node-ip, value: {address}}}]}}
"""
    return (
        f"cat >/root/join.yaml <<<{shlex.quote(config)}; kubeadm join --config=/root/join.yaml {SKIP} >/tmp/join 2>&1"
    )


SWAP_WRONG = (
    ("true", "/etc/fstab turns swap on at the next boot: /swap.img"),
    ("swapoff -a", "/etc/fstab turns swap on at the next boot: /swap.img"),
    ("sed -i 's|^/swap.img|#/swap.img|' /etc/fstab", "/etc/fstab turns swap on at the next boot: UUID=2"),
    ("sed -i 's|^UUID=2|none|' /etc/fstab", "/etc/fstab turns swap on at the next boot: none"),
    ("sed -i '/swap/d' /etc/fstab", "swap units start at the next boot: more.swap"),
)
UNIT = "[Swap]\nWhat=/more\n[Install]\nWantedBy=swap.target\n"
SWAPPING = (
    "printf '/swap.img none swap sw 0 0\nUUID=2\tnone\tswap\tsw\t0\t0\n' >>/etc/fstab; "
    f"printf {shlex.quote(UNIT)} >/etc/systemd/system/more.swap; systemctl daemon-reload; systemctl enable more.swap"
)
