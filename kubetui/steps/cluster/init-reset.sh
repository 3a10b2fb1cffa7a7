# shellcheck shell=bash
# shellcheck disable=SC2154 # init.sh sets mark
if [[ -e $mark.begun ]]; then
  say "resetting what an earlier kubeadm init left, which did not come to its end: no node can have joined"
  reset
elif [[ -n $(ls -A /var/lib/etcd 2>/dev/null) ]]; then
  fail "/var/lib/etcd holds data of another cluster, and kubetui deletes none: move it away"
fi
