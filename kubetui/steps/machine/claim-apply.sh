# shellcheck shell=bash # values: CLUSTER_ID, CLUSTER_NAME
# shellcheck disable=SC2154 # footprint.sh sets place, before, files, data, folders and settings; the runtime sets runtime_units; footprint.py sets begin and end
# shellcheck disable=SC2164 # prelude.sh says set -e
# shellcheck disable=SC2094 # tables is a function there, and a file here

there() { [[ -e $1 || -L $1 ]]; }
if [[ -e $before/tables ]] && grep -qxF -- "$begin" /etc/hosts; then
  # only its mark was lost: what the machine is now is not how it was
  put "$place/cluster" "$CLUSTER_ID $CLUSTER_NAME" 600
  exit 0
fi
rm -rf "$before" "$before.new"
mkdir -p "$before.new"
chmod 700 "$place" "$before.new"
cd "$before.new"
for path in "${files[@]}" "${data[@]}" "${folders[@]}"; do if there "$path"; then printf '%s\n' "$path"; fi; done >paths
for path in "${files[@]}"; do if there "$path"; then printf '%s\0' "$path"; fi; done |
  tar --create --file=files.tar --absolute-names --null --files-from=-
cp /etc/hosts hosts
list_held >holds
cut -d : -f 1 /etc/group >groups
list_automatic >auto
swapon --show=NAME --noheadings >swaps
swap_units masked >masked
swap_units enabled >swapping
for name in "${settings[@]}"; do
  if value=$(sysctl -n "$name" 2>/dev/null); then printf '%s = %s\n' "$name" "$value"; fi
done >settings
for name in overlay br_netfilter; do if [[ -d /sys/module/$name ]]; then printf '%s\n' "$name"; fi; done >modules
for name in "${runtime_units[@]}" kubelet; do
  enabled=$(systemctl is-enabled "$name" 2>/dev/null || true) active=$(systemctl is-active "$name" 2>/dev/null || true)
  printf '%s %s %s\n' "$name" "${enabled:-none}" "${active:-none}"
done >units
if declare -F remember_system >/dev/null; then remember_system >system; fi
ls /sys/class/net >interfaces
tables >tables
cd /
mv "$before.new" "$before"
# the record is on the disk before the mark that vouches for it
sync
put "$place/cluster" "$CLUSTER_ID $CLUSTER_NAME" 600
