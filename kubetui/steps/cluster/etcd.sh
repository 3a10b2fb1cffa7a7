# shellcheck shell=bash # values: FIRST, NAME

pki=/etc/kubernetes/pki/etcd
etcdctl() {
  timeout 60 kubectl --namespace=kube-system exec "etcd-$FIRST" -- etcdctl --cacert="$pki/ca.crt" --cert="$pki/server.crt" --key="$pki/server.key" "$@"
}
# each line is: ID, status, name, peer address, client address, whether it is a learner
members() { etcdctl --endpoints=https://127.0.0.1:2379 member list; }
mine() { awk -F', ' -v name="$NAME" '$3 == name {print $1}' <<<"$1"; }
