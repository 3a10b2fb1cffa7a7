# shellcheck shell=bash
# shellcheck disable=SC2034 # claim-probe.sh, claim-apply.sh and reset.sh read these variables

place=/var/lib/kubetui before=/var/lib/kubetui/before
# these are put back as they were
files=(
  /etc/apt/apt.conf.d/95kubetui /etc/apt/keyrings/kubernetes-apt-keyring.gpg /etc/apt/sources.list.d/kubernetes.list
  /etc/bash_completion.d/kubectl /etc/cni /etc/containerd /etc/crictl.yaml /etc/default/kubelet /etc/kubernetes
  /etc/modules-load.d/kubetui.conf /etc/sysctl.d/90-kubetui.conf
  /etc/systemd/system/containerd.service.d /etc/systemd/system/kubelet.service.d
)
# these go away unless they were there
data=(
  /opt/cni /opt/containerd /root/.gnupg /root/.kube /run/flannel /run/containerd /run/kubernetes /usr/libexec/kubernetes
  /var/lib/cni /var/lib/containerd /var/lib/etcd /var/lib/kubelet /var/log/containers /var/log/pods
)
folders=(/etc/apt/keyrings /etc/bash_completion.d)
settings=(net.bridge.bridge-nf-call-iptables net.bridge.bridge-nf-call-ip6tables net.ipv4.ip_forward)
tables() { if command -v nft >/dev/null; then nft list tables; fi; }
swap_units() { systemctl list-unit-files --type=swap --state=masked --plain --no-legend 2>/dev/null | awk '{print $1}' || true; }
