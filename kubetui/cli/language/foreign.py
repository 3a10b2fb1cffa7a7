"""What people type who know kubectl, kind, minikube, k3d, docker or Vagrant, and what stands for it here.

An answer is a sentence with the command to type; `{rest}` in it becomes the word that followed, such as the cluster's
name, where it is the only one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from kubetui.base.text import shown

_UP: Final = "To build a cluster: kubetui up PROFILE; kubetui profiles lists them."
_FILE: Final = (
    "To build from a profile's file: kubetui up -f FILE. Kubernetes' own objects are kubectl's: kubectl apply."
)
_DESTROY: Final = "To remove a cluster: kubetui destroy {rest}"
_STATUS: Final = "To list clusters and their machines: kubetui status"
_KUBECTL: Final = 'That is kubectl\'s: eval "$(kubetui kubeconfig NAME --export)", then kubectl {word}'
_MERGE: Final = "For kubectl to know a cluster as a context: kubetui kubeconfig NAME --merge"
_STOP: Final = "To shut a cluster's machines down, losing nothing: kubetui stop {rest}"
_START: Final = "start starts the machines of a cluster that exists. To build one: kubetui up PROFILE"
_IMAGE: Final = "To bring an image into every machine: kubetui image load NAME IMAGE"
_PROFILES: Final = "To list profiles: kubetui profiles"
_ADDONS: Final = "To list add-ons, and to install one: kubetui addon list NAME, kubetui addon add NAME ADDON"
_FOLDERS: Final = "Folders of this computer are in the profile, under machines.folders: kubetui docs host-access"
_WIZARD: Final = "To look at a cluster in the terminal, run kubetui alone and choose it."
_JOIN: Final = "To add a machine to a cluster: kubetui node add NAME"

COMMANDS: Final[Mapping[str, str]] = {
    # kubectl
    "apply": _FILE,
    "create": _FILE,
    "replace": _FILE,
    "edit": "To change a cluster, change its profile and run kubetui up again; kubetui diff NAME shows differences.",
    "delete": _DESTROY,
    "delete node": "To take a machine out of a cluster: kubetui node remove NAME MACHINE",
    "delete pod": _KUBECTL,
    "delete deployment": _KUBECTL,
    "delete service": _KUBECTL,
    "get": _KUBECTL,
    "get nodes": "For a cluster's machines: kubetui status NAME -o wide; for its nodes: kubectl get nodes -o wide.",
    "describe": _KUBECTL,
    "top": "To have kubectl top: kubetui addon add NAME metrics",
    "rollout": _KUBECTL,
    "scale": "To add machines to a cluster: kubetui node add NAME --count 2. Deployments are kubectl's.",
    "expose": _KUBECTL,
    "events": _KUBECTL,
    "cluster-info": "To see a cluster's state and address: kubetui status NAME",
    "exec": "To run a command on a machine: kubetui ssh NAME MACHINE -- COMMAND",
    "attach": "To open a shell on a machine: kubetui ssh NAME MACHINE",
    "cp": "To copy a file to a machine: kubetui ssh NAME MACHINE -- 'cat > FILE' < FILE",
    "port-forward": "To open a port of this computer that leads to a service: kubetui tunnel NAME SERVICE",
    "proxy": "To open a port of this computer that leads to a service: kubetui tunnel NAME SERVICE",
    "drain": "To take a machine out of a cluster: kubetui node remove NAME MACHINE. To drain it alone: kubectl drain.",
    "cordon": _KUBECTL,
    "uncordon": _KUBECTL,
    "taint": "Taints are in the profile, under machines: kubetui docs profile",
    "label": "Labels are in the profile, under machines: kubetui docs profile",
    "config": _MERGE,
    "use-context": _MERGE,
    "wait": "To wait until a cluster is ready: kubetui status NAME --wait --timeout 10m",
    # kind, k3d, kubeadm, k0sctl
    "create cluster": _UP,
    "cluster": _UP,
    "cluster create": _UP,
    "cluster delete": _DESTROY,
    "cluster list": _STATUS,
    "cluster stop": _STOP,
    "cluster start": "To start a cluster's machines again: kubetui start NAME",
    "delete cluster": "To remove a cluster: kubetui destroy NAME",
    "delete clusters": "To remove a cluster: kubetui destroy NAME; kubetui status lists them.",
    "get clusters": _STATUS,
    "get kubeconfig": "To print a cluster's kubeconfig: kubetui kubeconfig NAME",
    "export": _MERGE,
    "export kubeconfig": _MERGE,
    "export logs": "To collect what explains a failed run into one file: kubetui support NAME",
    "load": _IMAGE,
    "load docker-image": _IMAGE,
    "build": "To build a box from a distribution's cloud image: kubetui boxes build SYSTEM",
    "init": _UP,
    "join": _JOIN,
    "reset": "To remove a cluster, and to put existing machines back: kubetui destroy {rest}",
    # minikube
    "addons": _ADDONS,
    "addons list": _ADDONS,
    "addons enable": "To install an add-on: kubetui addon add NAME ADDON; kubetui addon list NAME names them.",
    "addons disable": "To remove an add-on: kubetui addon remove NAME ADDON",
    "node list": "For a cluster's machines: kubetui status NAME -o wide",
    "node delete": "To take a machine out of a cluster: kubetui node remove NAME MACHINE",
    "node start": "To start a cluster's machines: kubetui start NAME",
    "node stop": "To shut down all machines of a cluster: kubetui stop NAME",
    "profile": _PROFILES,
    "profile list": _PROFILES,
    "service": "To open a port of this computer that leads to a service: kubetui tunnel NAME SERVICE",
    "dashboard": _WIZARD,
    "ui": _WIZARD,
    "tui": _WIZARD,
    "wizard": "Run kubetui alone: without a command, the wizard opens.",
    "ip": "To see the addresses of a cluster's machines: kubetui status NAME",
    "ssh-key": "A cluster's folder is a Vagrant project: vagrant ssh-config there names the key.",
    "docker-env": _IMAGE,
    "podman-env": _IMAGE,
    "cache": _IMAGE,
    "mount": _FOLDERS,
    "pause": _STOP,
    "unpause": "To start a cluster's machines again: kubetui start {rest}",
    "kubectl": 'kubectl is a program of its own: eval "$(kubetui kubeconfig NAME --export)", then kubectl get nodes',
    "update-context": _MERGE,
    "options": "To see what a command takes: kubetui COMMAND --help",
    # docker, and Vagrant
    "ps": _STATUS,
    "ls": _STATUS,
    "list": _STATUS,
    "rm": _DESTROY,
    "remove": _DESTROY,
    "run": _UP,
    "inspect": "To see everything about a cluster: kubetui status {rest} -o yaml",
    "images": "To list the images on a cluster's machines: kubetui image list NAME",
    "pull": _IMAGE,
    "push": "A cluster's own registry is an add-on: kubetui addon add NAME registry",
    "kill": _STOP,
    "down": "To shut a cluster's machines down: kubetui stop {rest}; to remove it: kubetui destroy {rest}",
    "halt": _STOP,
    "suspend": _STOP,
    "resume": "To start a cluster's machines again: kubetui start {rest}",
    "reload": "To stop a cluster and start it again: kubetui restart {rest}",
    "provision": "kubetui up NAME again: completed steps are skipped, and what is missing is done.",
    "box": "To list boxes: kubetui boxes",
    "global-status": _STATUS,
}
"""Commands of other tools, and for each what to type here; of two that fit, the longer one answers."""

_SET: Final = "Say it of the profile: --set {path}={value}"
OPTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "": {
        "-v": "For the version: kubetui -V. A run shows what the machines print with: kubetui up PROFILE -v",
    },
    "up": {
        "--config": "To build from a profile's file: kubetui up -f FILE",
        "--driver": "To choose what makes the machines: --provider NAME",
        "--vm-driver": "To choose what makes the machines: --provider NAME",
        "--nodes": "One of them is the control plane, so for three nodes: --set machines.workers=2",
        "--workers": _SET.format(path="machines.workers", value=3),
        "--agents": _SET.format(path="machines.workers", value=3),
        "--servers": _SET.format(path="machines.control_planes", value=3),
        "--control-planes": _SET.format(path="machines.control_planes", value=3),
        "--ha": _SET.format(path="machines.control_planes", value=3),
        "--memory": _SET.format(path="machines.memory", value=4096),
        "--cpus": _SET.format(path="machines.cpus", value=4),
        "--image": "A node is a machine here, made from a box: --set machines.box=OWNER/NAME",
        "--kubernetes-version": _SET.format(path="kubernetes.version", value="1.37"),
        "--container-runtime": _SET.format(path="kubernetes.runtime", value="cri-o"),
        "--cni": _SET.format(path="network.pod_network", value="calico"),
        "--pod-network-cidr": _SET.format(path="network.pod_cidr", value="10.10.0.0/16"),
        "--service-cidr": _SET.format(path="network.service_cidr", value="10.96.0.0/12"),
        "--addons": _SET.format(path="addons", value="[storage]"),
        "--port": "Ports of this computer are in the profile: kubetui docs host-access",
        "--profile": "The profile is the first word: kubetui up PROFILE; a second cluster from it: --name NAME",
        "--wait": "kubetui up waits until the cluster works; the longest that it may take: --timeout 10m",
        "--force": "A run repeats only what is not done yet: kubetui up PROFILE again is safe.",
        "--namespace": "Namespaces are kubectl's; a cluster's name is --name NAME.",
    },
    "start": {
        "--nodes": _START,
        "--driver": _START,
        "--kubernetes-version": "To build a cluster: kubetui up PROFILE; to upgrade one: kubetui upgrade NAME",
        "--memory": _START,
        "--cpus": _START,
        "--profile": "The cluster's name is the first word: kubetui start NAME",
    },
    "destroy": {
        "--all": "Clusters are removed one by one: kubetui destroy NAME; kubetui status lists them.",
        "--force": "To agree without being asked: --yes",
        "--name": "The cluster's name is the first word: kubetui destroy NAME",
    },
    "logs": {
        "--tail": "For the last lines: kubetui logs NAME MACHINE | tail -n 20",
        "--since": "Each line begins with its time: kubetui logs NAME MACHINE | grep TIME",
        "--container": "Containers' logs are kubectl's: kubectl logs POD -c CONTAINER",
    },
    "kubeconfig": {"--name": "The cluster's name is the first word: kubetui kubeconfig NAME"},
    "support": {"--output": "To name the file: --to FILE"},
}
"""Options of other tools for each command here, and what to type instead."""


def command(words: Sequence[str]) -> str | None:
    """Return what to type instead of these words, or None where no tool known here has them.

    >>> command(["delete", "lab"])
    'To remove a cluster: kubetui destroy lab'
    """
    plain = [word for word in words if not word.startswith("-")]
    for length in (2, 1):
        key = " ".join(plain[:length])
        if len(plain) >= length and key in COMMANDS:
            # of several words, or after an option, nobody knows which is a cluster's name
            rest = words[length] if len(words) == len(plain) == length + 1 else "NAME"
            return COMMANDS[key].format(rest=shown(rest), word=shown(" ".join(plain)))
    return None


def option(words: Sequence[str], name: str) -> str | None:
    """Return what to type instead of an option that a command does not have, or None.

    >>> option(["up"], "--driver")
    'To choose what makes the machines: --provider NAME'
    """
    return OPTIONS.get(" ".join(words), {}).get(name)
