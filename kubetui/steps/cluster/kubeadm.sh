# shellcheck shell=bash # values: CGROUP_V1_SKIPS, CRI_SOCKET
# shellcheck disable=SC2154 # init.sh and join.sh set mark
# shellcheck disable=SC2034 # init-apply.sh and join-apply.sh read skipped

# what an earlier init or join left; etcd's data, too, where a power cut emptied the manifest that names them
reset() {
  run kubeadm reset --force --cri-socket="$CRI_SOCKET"
  run rm -rf /var/lib/etcd/member
}
# a power cut must not leave the mark without what it vouches for
vouch() { sync && sums >"$mark.done"; }
skipped=()
[[ -z $CGROUP_V1_SKIPS || $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]] || skipped=("--ignore-preflight-errors=$CGROUP_V1_SKIPS")
