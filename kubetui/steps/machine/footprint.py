"""What kubetui leaves on a machine that existed before: remembered before the first change, taken back at the end.

The record lies in /var/lib/kubetui of the machine, beside the mark that names the cluster. `apt.SHELL` adds there
which packages it installed.
"""

from __future__ import annotations

from typing import Final

from kubetui.software.packages import apt

HOSTS_MARKS: Final = "begin='# kubetui: the nodes of this cluster' end='# kubetui: end'\n"
"""The lines around what kubetui writes into /etc/hosts."""

PLACE: Final = r"""
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
"""

CLAIMED: Final = (
    PLACE
    + r"""
[[ -s $place/cluster ]] || absent "it belongs to no cluster yet"
[[ $(<"$place/cluster") == "$CLUSTER_ID "* ]] || foreign "it belongs to the cluster $(cut -d ' ' -f 2 "$place/cluster") of another kubetui"
"""
)
"""The probe for the mark. Reads CLUSTER_ID."""

REMEMBER: Final = (
    PLACE
    + r"""
there() { [[ -e $1 || -L $1 ]]; }
rm -rf "$before" "$before.new"
mkdir -p "$before.new"
chmod 700 "$place" "$before.new"
cd "$before.new"
for path in "${files[@]}" "${data[@]}" "${folders[@]}"; do if there "$path"; then printf '%s\n' "$path"; fi; done >paths
for path in "${files[@]}"; do if there "$path"; then printf '%s\0' "$path"; fi; done |
  tar --create --file=files.tar --absolute-names --null --files-from=-
cp /etc/hosts hosts
apt-mark showhold >holds
apt-mark showauto >auto
swapon --show=NAME --noheadings >swaps
swap_units >masked
for name in "${settings[@]}"; do
  if value=$(sysctl -n "$name" 2>/dev/null); then printf '%s = %s\n' "$name" "$value"; fi
done >settings
for name in overlay br_netfilter; do if [[ -d /sys/module/$name ]]; then printf '%s\n' "$name"; fi; done >modules
for name in containerd kubelet; do
  enabled=$(systemctl is-enabled "$name" 2>/dev/null || true) active=$(systemctl is-active "$name" 2>/dev/null || true)
  printf '%s %s %s\n' "$name" "${enabled:-none}" "${active:-none}"
done >units
ls /sys/class/net >interfaces
tables >tables
cd /
mv "$before.new" "$before"
# the record is on the disk before the mark that vouches for it
sync
put "$place/cluster" "$CLUSTER_ID $CLUSTER_NAME" 600
"""
)
"""Reads CLUSTER_ID and CLUSTER_NAME. The mark is written last: a machine without it was not changed."""

_KUBERNETES: Final = r"""
was() { grep -qxF -- "$1" "$before/paths"; }
[[ -s $place/cluster ]] || { say "kubetui did not set this machine up: it stays as it is"; exit 0; }
[[ $(<"$place/cluster") == "$CLUSTER_ID "* ]] || fail "this machine belongs to another cluster of kubetui: it stays as it is"
if [[ -e $place/init.begun || -e $place/join.begun ]] && command -v kubeadm >/dev/null; then
  systemctl start containerd || true
  kubeadm reset --force --cri-socket="$CRI_SOCKET"
  rm -f "$place"/init.* "$place"/join.*
fi
systemctl stop kubelet 2>/dev/null || true
# what kubeadm reset could not end
systemctl stop kubepods.slice 2>/dev/null || true
if was /run/containerd; then
  for kind in tasks containers; do
    for name in $(ctr --namespace k8s.io "$kind" list --quiet 2>/dev/null); do
      if [[ $kind == tasks ]]; then ctr --namespace k8s.io tasks delete --force "$name"; else ctr --namespace k8s.io containers delete "$name"; fi || true
    done
  done
elif systemctl is-active --quiet containerd; then
  systemctl kill --signal=KILL containerd || true
  systemctl stop containerd
fi
"""

_NETWORK: Final = r"""
theirs="KUBE-|CNI-|FLANNEL-|flanneld| -[sd] ${POD_CIDR//./\\.} "
for tool in iptables ip6tables; do
  command -v "$tool-save" >/dev/null || continue
  rules=$("$tool-save" 2>/dev/null || true)
  grep -qE -- "$theirs" <<<"$rules" || continue
  grep -vE -- "$theirs" <<<"$rules" | "$tool-restore"
  say "removed the cluster's rules from $tool"
done
for path in /sys/class/net/*; do
  name=${path##*/}
  case $name in cni0 | flannel* | kube-ipvs0) ;; *) continue ;; esac
  grep -qxF -- "$name" "$before/interfaces" || ip link delete "$name" || true
done
ip netns list | awk '/^cni-/ {print $1}' | while read -r name; do ip netns delete "$name" || true; done
ip route flush root "$POD_CIDR" || true
# tables that iptables made and that are empty now
tables | { grep -vxF -f "$before/tables" || true; } | while read -r _ family name; do
  case $name in filter | nat | mangle | raw) ;; *) continue ;; esac
  rules=$(nft --stateless list table "$family" "$name" | grep -vE '^[[:space:]]*(table .*|chain .*|type .* policy accept;|\}|)$' || true)
  [[ -n $rules ]] || nft delete table "$family" "$name"
done
"""

_PACKAGES: Final = r"""
settle
mapfile -t mine < <(comm -12 <(packages) <(sort -u "$ledger" 2>/dev/null))
going() { apt-get --simulate purge "$@" | awk '/^(Remv|Purg) / {print $2}' | sort -u; }
if ((${#mine[@]})); then
  listed=$(printf '%s\n' "${mine[@]}")
  if [[ -n $(going "${mine[@]}" | comm -23 - <(sort <<<"$listed")) ]]; then
    kept=()
    for name in "${mine[@]}"; do
      if [[ -z $(going "$name" | comm -23 - <(sort <<<"$listed")) ]]; then kept+=("$name"); else say "$name stays: something else needs it by now"; fi
    done
    mine=(${kept[@]+"${kept[@]}"})
  fi
fi
for name in kubelet containerd; do
  if [[ " ${mine[*]-} " == *" $name "* ]]; then systemctl disable --now "$name" 2>/dev/null || true; fi
done
if ((${#mine[@]})); then
  apt-mark unhold "${mine[@]}" >/dev/null
  apt purge --yes "${mine[@]}"
fi
comm -12 <(packages) <(sort "$before/auto") | xargs --no-run-if-empty apt-mark auto >/dev/null
comm -12 <(packages) <(sort "$before/holds") | xargs --no-run-if-empty apt-mark hold >/dev/null
"""

_FILES: Final = r"""
if ! was /run/containerd; then
  # what runs on although kubeadm reset ended it would keep its mounts
  awk '$2 ~ "^/(run/containerd|var/lib/kubelet)/" {print $2}' /proc/mounts | sort --reverse | while read -r path; do umount "$path" || true; done
fi
for path in "${files[@]}"; do rm -rf --one-file-system -- "$path"; done
tar --extract --file="$before/files.tar" --absolute-names
for path in "${data[@]}"; do was "$path" || rm -rf --one-file-system -- "$path"; done
for path in "${folders[@]}"; do was "$path" || rmdir --ignore-fail-on-non-empty "$path" 2>/dev/null || true; done
own() { grep -E "$@" '^127\.0\.1\.1[[:space:]]' "$before/hosts" || true; }
# its own line is back already where this was cut short
rest=$(sed "/^$begin\$/,/^$end\$/d" /etc/hosts | { grep -vxF -f <(own) || true; })
if [[ $rest == "$(own -v)" ]]; then cat "$before/hosts" >/etc/hosts; else { printf '%s\n' "$rest"; own; } >/etc/hosts; fi
"""

_SYSTEM: Final = r"""
sed -i -E 's/^# kubetui: //' /etc/fstab
swap_units | while read -r unit; do grep -qxF -- "$unit" "$before/masked" || systemctl unmask "$unit"; done
systemctl daemon-reload
while read -r device; do
  swapon --show=NAME --noheadings | grep -qxF -- "$device" || swapon "$device" || say "swap on $device could not be turned on again"
done <"$before/swaps"
for name in br_netfilter overlay; do grep -qxF "$name" "$before/modules" || modprobe --remove "$name" 2>/dev/null || true; done
sysctl --quiet --ignore --load="$before/settings" || true
while read -r name enabled active; do
  case $enabled in enabled) systemctl enable "$name" ;; disabled) systemctl disable "$name" ;; esac
  case $active in active) systemctl restart "$name" ;; esac
done <"$before/units"
systemctl reset-failed kubelet containerd 2>/dev/null || true
# first of all what says that there is something to put back, and not before it is all back on the disk
sync
rm "$place/cluster"
rm -rf "$place" "$stamp"
say "it is what it was"
"""

RESET: Final = apt.SHELL + PLACE + HOSTS_MARKS + _KUBERNETES + _NETWORK + _PACKAGES + _FILES + _SYSTEM
"""Takes everything back. Reads CLUSTER_ID, POD_CIDR and CRI_SOCKET; may be run again after it was cut short."""
