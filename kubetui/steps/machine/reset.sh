# shellcheck shell=bash # values: CLUSTER_ID, CRI_SOCKET, POD_CIDR, RUNTIME_PACKAGES, SERVICE
# shellcheck disable=SC2154 # footprint.sh and the libraries set the lower-case variables; footprint.py sets begin and end
# shellcheck disable=SC2053 # network_links are patterns

was() { grep -qxF -- "$1" "$before/paths"; }
ran() { grep -qE -- "^$1 [^ ]+ active\$" "$before/units"; }
known() { grep -qE -- "^$1 (enabled|disabled|static|indirect|alias|masked)" "$before/units"; }
[[ -s $place/cluster ]] || { say "kubetui did not set this machine up: nothing to undo"; exit 0; }
[[ $(<"$place/cluster") == "$CLUSTER_ID "* ]] || fail "this machine belongs to another cluster of kubetui, so nothing was changed"
if [[ -e $place/init.begun || -e $place/join.begun ]] && command -v kubeadm >/dev/null; then
  systemctl start "$SERVICE" || true
  kubeadm reset --force --cri-socket="$CRI_SOCKET"
  rm -f "$place"/init.* "$place"/join.*
fi
systemctl stop kubelet 2>/dev/null || true
# pods that kubeadm reset could not stop
systemctl stop kubepods.slice 2>/dev/null || true
if was "$runtime_state"; then forget_cluster; fi
ended=()
for name in "${runtime_units[@]}"; do
  ran "$name" || ! systemctl is-active --quiet "$name" || ended+=("$name")
done
if ((${#ended[@]})); then
  systemctl kill --signal=KILL "${ended[@]}" 2>/dev/null || true
  systemctl stop "${ended[@]}" || true
fi

theirs="KUBE-|CNI-|${network_rules:+$network_rules|} -[sd] ${POD_CIDR//./\\.} "
if was "$runtime_state"; then runtime_links=(); else theirs+="${runtime_rules:+|$runtime_rules}"; fi
for tool in iptables ip6tables; do
  # without the alternatives' links, the programs have their own names alone
  command -v "$tool-save" >/dev/null || tool+=-nft
  command -v "$tool-save" >/dev/null || continue
  rules=$("$tool-save" 2>/dev/null || true)
  grep -qE -- "$theirs" <<<"$rules" || continue
  grep -vE -- "$theirs" <<<"$rules" | "$tool-restore"
  say "removed the cluster's rules from $tool"
done
for path in /sys/class/net/*; do
  name=${path##*/}
  for pattern in "${network_links[@]}" "${runtime_links[@]}" kube-ipvs0; do
    [[ $name != $pattern ]] || grep -qxF -- "$name" "$before/interfaces" || ip link delete "$name" || true
  done
done
if declare -F forget_network >/dev/null; then forget_network; fi
ip netns list | awk '/^cni-/ {print $1}' | while read -r name; do ip netns delete "$name" || true; done
ip route flush root "$POD_CIDR" || true
# delete the empty tables that iptables created
tables | { grep -vxF -f "$before/tables" || true; } | while read -r _ family name; do
  case $name in filter | nat | mangle | raw) ;; *) continue ;; esac
  rules=$(nft --stateless list table "$family" "$name" | grep -vE '^[[:space:]]*(table .*|chain .*|type .* policy accept;|\}|)$' || true)
  [[ -n $rules ]] || nft delete table "$family" "$name"
done

settle
mapfile -t mine < <(comm -12 <(packages) <(sort -u "$ledger" 2>/dev/null))
if ((${#mine[@]})); then
  listed=$(printf '%s\n' "${mine[@]}")
  if [[ -n $(removal "${mine[@]}" | comm -23 - <(sort <<<"$listed")) ]]; then
    kept=()
    for name in "${mine[@]}"; do
      if [[ -z $(removal "$name" | comm -23 - <(sort <<<"$listed")) ]]; then kept+=("$name"); else say "$name stays: another package needs it now"; fi
    done
    mine=(${kept[@]+"${kept[@]}"})
  fi
fi
mine_has() { [[ " ${mine[*]-} " == *" $1 "* ]]; }
if mine_has kubelet; then systemctl disable --now kubelet 2>/dev/null || true; fi
going=
for name in $RUNTIME_PACKAGES; do if mine_has "$name"; then going=yes; fi; done
for name in "${runtime_units[@]}"; do
  # a unit of a package that stays is somebody's; one in /etc is kubetui's own
  [[ -n $going || -f /etc/systemd/system/$name || -f /etc/systemd/system/$name.service ]] || continue
  known "$name" || systemctl disable --now "$name" 2>/dev/null || true
done
if ((${#mine[@]})); then remove "${mine[@]}"; fi
forget_runtime
mapfile -t names < <(comm -12 <(packages) <(sort "$before/auto"))
if ((${#names[@]})); then mark_automatic "${names[@]}"; fi
mapfile -t names < <(comm -12 <(packages) <(sort "$before/holds"))
if ((${#names[@]})); then hold "${names[@]}" >/dev/null; fi

# leftover pods would keep their mounts busy
for folder in "${runtime_data[@]}" /var/lib/kubelet; do
  was "$folder" || awk -v folder="$folder/" 'index($2, folder) == 1 {print $2}' /proc/mounts | sort --reverse | while read -r path; do umount "$path" || true; done
done
for path in "${files[@]}"; do rm -rf --one-file-system -- "$path"; done
tar --extract --file="$before/files.tar" --absolute-names
for path in "${data[@]}"; do was "$path" || rm -rf --one-file-system -- "$path"; done
for path in "${folders[@]}"; do was "$path" || rmdir --ignore-fail-on-non-empty "$path" 2>/dev/null || true; done
own() { grep -E "$@" '^127\.0\.1\.1[[:space:]]' "$before/hosts" || true; }
# an interrupted reset may have restored the machine's own line already
rest=$(sed "/^$begin\$/,/^$end\$/d" /etc/hosts | { grep -vxF -f <(own) || true; })
if [[ $rest == "$(own -v)" ]]; then cat "$before/hosts" >/etc/hosts; else { printf '%s\n' "$rest"; own; } >/etc/hosts; fi

sed -i -E 's/^# kubetui: //' /etc/fstab
for path in /etc/sysctl.d/*.conf; do ! grep -q '^# kubetui: ' "$path" 2>/dev/null || sed -i --follow-symlinks 's/^# kubetui: //' "$path"; done
swap_units masked | while read -r unit; do grep -qxF -- "$unit" "$before/masked" || systemctl unmask "$unit"; done
if [[ -e $before/swapping ]]; then while read -r unit; do systemctl enable "$unit"; done <"$before/swapping"; fi
systemctl daemon-reload
while read -r device; do
  active=$(swapon --show=NAME --noheadings)
  grep -qxF -- "$device" <<<"$active" || swapon "$device" || say "could not turn swap on $device back on"
done <"$before/swaps"
for name in br_netfilter overlay; do grep -qxF "$name" "$before/modules" || modprobe --remove "$name" 2>/dev/null || true; done
sysctl --quiet --ignore --load="$before/settings" || true
while read -r name enabled active; do
  case $enabled in enabled) systemctl enable "$name" ;; disabled) systemctl disable "$name" ;; esac
  case $active in active) systemctl restart "$name" ;; esac
done <"$before/units"
if [[ -s $before/system ]] && declare -F restore_system >/dev/null; then restore_system <"$before/system"; fi
systemctl reset-failed kubelet "${runtime_units[@]}" 2>/dev/null || true
# delete the mark first, and only once everything restored is on disk
sync
rm "$place/cluster"
rm -rf "$place" "$stamp" "$stamp.conf"
say "the machine is back to its original state"
