# shellcheck shell=bash
# shellcheck disable=SC1091 # the machine has /etc/os-release
# shellcheck disable=SC2016 # awk has its own dollar signs

fact() { printf '%s=%s\n' "$1" "${2//$'\n'/ }"; }
fact time "$(date +%s.%N)"
. /etc/os-release
fact system "$PRETTY_NAME"
fact family "$ID ${ID_LIKE:-}"
fact init "$(cat /proc/1/comm)"
fact name "$(hostname)"
fact machine "$(cat /etc/machine-id 2>/dev/null || true)"
# in a container this is the host's
container=$(systemd-detect-virt --container 2>/dev/null || true)
[[ ${container:-none} != none ]] || fact product "$(cat /sys/class/dmi/id/product_uuid 2>/dev/null || true)"
fact cpus "$(nproc)"
fact memory "$(awk '/^MemTotal/ {print int($2 / 1024)}' /proc/meminfo)"
fact addresses "$(ip -4 -oneline address show | awk '{sub("/.*", "", $4); print $4}')"
taken='{port = $4; sub(/.*:/, "", port); name = ""; if (match($0, /\(\("[^" ]*"/))
  name = substr($0, RSTART + 3, RLENGTH - 4); print port ":" name}'
fact ports "$(ss -Hltnp | awk "$taken" | sort -u)"
shopt -s nullglob
made=(/etc/kubernetes/{admin,kubelet}[.]conf /etc/kubernetes/manifests/*.yaml /var/lib/kubetui/*.begun)
fact kubernetes "${made[*]-}"
fact mark "$(cat /var/lib/kubetui/cluster 2>/dev/null || true)"
