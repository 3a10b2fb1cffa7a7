# shellcheck shell=bash # values: CLUSTER_ID, CRI_SOCKET, POD_CIDR
# shellcheck disable=SC2154 # footprint.sh and apt.py set the lower-case variables; footprint.py sets begin and end

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
