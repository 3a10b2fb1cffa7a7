# shellcheck shell=bash # values: CRI_SOCKET
# shellcheck disable=SC2034 # snapshot.sh reads place

place=/var/lib/kubetui/backup
cri=(crictl --runtime-endpoint="$CRI_SOCKET")
# argument FILE NAME: what a static pod's program is given for --NAME
argument() { sed -n -E "s/^ *- --$2=//p" "$1" 2>/dev/null | head -n 1; }
# find_etcd: set the id of etcd's container, as the runtime knows it; the API server is not asked
find_etcd() {
  local pod
  pod=$("${cri[@]}" pods --namespace=kube-system --label=component=etcd --state=ready --quiet)
  etcd=$("${cri[@]}" ps --pod="${pod%%$'\n'*}" --name='^etcd$' --state=running --quiet)
  [[ -n $pod && -n $etcd ]] || fail "etcd does not run on this machine"
}
inside() { "${cri[@]}" exec "$etcd" "$@"; }
etcdctl() {
  local pki=/etc/kubernetes/pki/etcd
  inside etcdctl --endpoints=https://127.0.0.1:2379 --cacert="$pki/ca.crt" --cert="$pki/server.crt" --key="$pki/server.key" "$@"
}
