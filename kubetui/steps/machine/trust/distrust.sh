# shellcheck shell=bash # values: ANCHORS, CLUSTER_ID, TRUSTING

if grep -qs "^$CLUSTER_ID " /var/lib/kubetui/cluster; then
  read -ra update <<<"$TRUSTING"
  for path in "$ANCHORS"/kubetui-[0-9]*.crt; do
    [[ -f $path ]] || continue
    : >/var/lib/kubetui/trusting
    rm "$path"
  done
  if [[ -e /var/lib/kubetui/trusting ]] && command -v "${update[0]}" >/dev/null; then "${update[@]}"; fi
fi
