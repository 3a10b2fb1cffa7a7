"""Files restored and removed on an existing machine. These tests only print the lists; they change nothing."""

import subprocess

from kubetui.remote.command import PRELUDE
from kubetui.software.networks.flannel import FLANNEL
from kubetui.software.packages.apt import APT
from kubetui.software.runtimes.containerd import CONTAINERD
from kubetui.steps.machine.footprint import PLACE

FILES = {
    "/etc/apt/apt.conf.d/95kubetui",
    "/etc/apt/keyrings/kubernetes-apt-keyring.gpg",
    "/etc/apt/sources.list.d/kubernetes.list",
    "/etc/bash_completion.d/kubectl",
    "/etc/cni",
    "/etc/containerd",
    "/etc/crictl.yaml",
    "/etc/default/kubelet",
    "/etc/kubernetes",
    "/etc/modules-load.d/kubetui.conf",
    "/etc/sysctl.d/90-kubetui.conf",
    "/etc/systemd/system/containerd.service.d",
    "/etc/systemd/system/kubelet.service.d",
}
DATA = {
    "/opt/cni",
    "/opt/containerd",
    "/root/.gnupg",
    "/root/.kube",
    "/run/containerd",
    "/run/flannel",
    "/run/kubernetes",
    "/usr/libexec/kubernetes",
    "/var/lib/cni",
    "/var/lib/containerd",
    "/var/lib/etcd",
    "/var/lib/kubelet",
    "/var/log/containers",
    "/var/log/pods",
}


def lists(repositories: str) -> dict[str, list[str]]:
    script = APT.library + CONTAINERD.leftovers + FLANNEL.leftovers + PLACE
    show = 'for name in files data folders; do declare -n list=$name; printf "%s\\n" "$name ${list[*]}"; done\n'
    text = f"{PRELUDE}REPOSITORIES='{repositories}'\n{script}{show}"
    done = subprocess.run(["bash"], input=text, capture_output=True, text=True, check=True)
    return {words[0]: words[1:] for words in map(str.split, done.stdout.splitlines())}


def test_leftovers_of_apt_containerd_and_flannel_are_each_listed_once() -> None:
    found = lists("kubernetes")
    assert sorted(found["files"]) == sorted(FILES)
    assert sorted(found["data"]) == sorted(DATA)
    assert found["folders"] == ["/etc/apt/keyrings", "/etc/bash_completion.d"]


def test_a_runtimes_own_repository_is_listed_too() -> None:
    assert set(lists("kubernetes pier")["files"]) - FILES == {
        "/etc/apt/keyrings/pier-apt-keyring.gpg",
        "/etc/apt/sources.list.d/pier.list",
    }
