"""Runs the steps' scripts in a real bash; their paths point into a temporary folder, and stand-ins replace every
program that would change this host (kubeadm, systemctl, apt ...) and record how they are called."""

import re
import subprocess
from pathlib import Path

from kubetui.engine.step import WorkState
from kubetui.profile.plan import Plan
from kubetui.remote.command import PRELUDE, Command
from kubetui.steps.build import STEPS
from tests.plans import plan

PATHS = re.compile(r"(?<![\w.])/(etc|var/lib|run|opt)/")

KUBEADM = """case $1 in
  version) echo v1.36.1 ;;
  init | join)
    file=$(sed 's/.*--config=//; s/ .*//' <<<"$*")
    stat -c %a "$file" >"$TMPDIR/mode"
    cp "$file" "$TMPDIR/seen"
    [[ ! -e $TMPDIR/fails ]] || exit 1
    if [[ -e $TMPDIR/remembered ]]; then
      rm "$TMPDIR/remembered"
      echo 'error execution phase: a Node with name "kubnode1" and status "Ready" already exists in the cluster' >&2
      exit 1
    fi
    mkdir -p "$ROOT/etc/kubernetes/pki"
    cat "$TMPDIR/authority" >"$ROOT/etc/kubernetes/pki/ca.crt" 2>/dev/null || true
    mkdir -p "$ROOT/etc/kubernetes/"{manifests,pki/etcd} "$ROOT/var/lib/kubelet/pki"
    for name in admin controller-manager scheduler; do : >"$ROOT/etc/kubernetes/$name.conf"; done
    for name in apiserver{,-etcd-client,-kubelet-client} front-proxy-client etcd/{healthcheck-client,peer,server}; do
      touch "$ROOT/etc/kubernetes/pki/$name".{crt,key}
    done
    for name in etcd kube-apiserver; do echo pod >"$ROOT/etc/kubernetes/manifests/$name.yaml"; done
    echo driver >"$ROOT/var/lib/kubelet/config.yaml"
    : >"$ROOT/var/lib/kubelet/pki/kubelet-client-current.pem"
    echo 'server: https://127.0.0.1:PORT' >"$ROOT/etc/kubernetes/kubelet.conf" ;;
  reset) rm -rf "$ROOT/etc/kubernetes" ;;
esac"""
"""Stands in for kubeadm: keeps its configuration and creates the files of init and join; PORT is the API server's."""
KUBECTL = """case $* in
  *readyz*) echo ok ;;
  *configmap*) printf 'clusterName: lab\\nnetworking:\\n  podSubnet: 10.244.0.0/16\\n' ;;
esac"""
"""Stands in for kubectl with a healthy control plane."""
IMAGES = """case $* in
  version*) echo v1.36.1 ;;
  'config images list'*)
    grep -q 'kubernetesVersion: .*v1.36.1' "${4#--config=}" || exit 1
    for name in kube-apiserver:v1.36.1 kube-proxy:v1.36.1 coredns/coredns:v1.12.0 pause:3.10 etcd:3.6.0-0; do
      echo "registry.k8s.io/$name"
    done ;;
esac"""
"""Stands in for kubeadm when a test needs only its list of images."""


class Box:
    """A folder that acts as a machine."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.bin = folder / "bin"
        self.calls = folder / "calls"
        self.commands = folder / "commands"
        for name in ("etc", "run", "tmp", "var/lib"):
            (self.root / name).mkdir(parents=True)
        self.bin.mkdir()
        for name in ("systemctl", "hostnamectl", "swapoff", "sleep", "journalctl", "sync"):
            self.program(name)

    def program(self, name: str, body: str = "") -> None:
        """Create a stand-in that records its call and then runs `body`."""
        path = self.bin / name
        path.write_text(f'#!/bin/bash\necho "{name} $*" >>"$CALLS"\n{body}\n')
        path.chmod(0o755)

    def run(self, command: Command) -> subprocess.CompletedProcess[str]:
        prelude, script = (PATHS.sub(rf"{self.root}/\1/", text) for text in (PRELUDE, command.script))
        text = f"exec {{told}}>>{self.commands}\n{prelude}{command.assignments(reveal=True)}{script}"
        environment = {
            "PATH": f"{self.bin}:/usr/bin:/bin",
            "CALLS": str(self.calls),
            "ROOT": str(self.root),
            "TMPDIR": str(self.root / "tmp"),
            "code": "0",
        }
        return subprocess.run(["bash"], input=text, env=environment, capture_output=True, text=True, check=False)

    def shell(self, script: str) -> subprocess.CompletedProcess[str]:
        return self.run(Command(f"cd {self.root}\n{script}\n"))

    def called(self, program: str) -> list[str]:
        """Return a program's calls since the last call of this method, then clear all recorded calls."""
        text = self.calls.read_text() if self.calls.exists() else ""
        self.calls.unlink(missing_ok=True)
        return [line for line in text.splitlines() if line.startswith(program)]

    def told(self) -> list[str]:
        """Return the commands that scripts told since the last call of this method, with a machine's own paths."""
        text = self.commands.read_text() if self.commands.exists() else ""
        self.commands.unlink(missing_ok=True)
        return [line.removeprefix("$ ").replace(str(self.root), "") for line in text.splitlines()]

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file


def recipe(name: str, made: Plan | None = None, machine: int = 0) -> tuple[Command, Command]:
    """Return a step's probe and apply commands."""
    made = made or plan(workers=1)
    found = next(step for step in STEPS if step.name == name).recipe(made, made.machines[machine])
    assert found.probe
    assert found.apply
    return found.probe, found.apply


def state(done: subprocess.CompletedProcess[str]) -> WorkState:
    return WorkState(done.returncode)
