# shellcheck shell=bash # values: CRI_SOCKET

command -v kubeadm >/dev/null || { say "there is no kubeadm on it: nothing to reset"; exit 0; }
run kubeadm reset --force --cri-socket="$CRI_SOCKET"
rm -f /var/lib/kubetui/init.* /var/lib/kubetui/join.*
