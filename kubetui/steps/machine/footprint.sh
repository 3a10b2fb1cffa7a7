# shellcheck shell=bash # values: REPOSITORIES
# shellcheck disable=SC2154 # the package family, the container runtime and the pod network set what begins with their names
# shellcheck disable=SC2034 # claim-probe.sh, claim-apply.sh and reset.sh read these variables

place=/var/lib/kubetui before=/var/lib/kubetui/before
# these are put back as they were
files=(
  "${package_files[@]}" "${runtime_files[@]}"
  /etc/bash_completion.d/kubectl /etc/cni /etc/crictl.yaml /etc/kubernetes
  /etc/modules-load.d/kubetui.conf /etc/sysctl.d/90-kubetui.conf /etc/systemd/system/kubelet.service.d
)
for name in $REPOSITORIES; do mapfile -t -O "${#files[@]}" files < <(repository_files "$name"); done
# these go away unless they were there
data=(
  "${runtime_data[@]}" "${network_data[@]}"
  /opt/cni /root/.gnupg /root/.kube /run/kubernetes /usr/libexec/kubernetes
  /var/lib/cni /var/lib/etcd /var/lib/kubelet /var/log/containers /var/log/pods
)
folders=("${package_folders[@]}" /etc/bash_completion.d)
settings=(net.bridge.bridge-nf-call-iptables net.bridge.bridge-nf-call-ip6tables net.ipv4.ip_forward)
tables() { if command -v nft >/dev/null; then nft list tables; fi; }
swap_units() { # STATE
  systemctl list-unit-files --type=swap --state="$1" --plain --no-legend 2>/dev/null | awk '{print $1}' || true
}
