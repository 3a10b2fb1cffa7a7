# shellcheck shell=bash # values: EXTRA, ROLE
# shellcheck disable=SC2034 # pull-probe.sh and pull-apply.sh read pulling

wanted() {
  local list
  list=$(images) || return
  if [[ $ROLE == worker ]]; then list=$(grep -E '/(kube-proxy|pause|coredns(/coredns)?):' <<<"$list" || true); fi
  printf '%s\n' ${list:+"$list"} ${EXTRA:+"$EXTRA"}
}
there() { crictl inspecti -q "$1" >/dev/null 2>&1; }
# the runtime lists an image before its files are on the disk: after a power cut they may be empty
pulling=/var/lib/kubetui/images.begun
