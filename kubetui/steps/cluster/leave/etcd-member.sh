# shellcheck shell=bash # values: FIRST, NAME

listed=$(members) || fail "etcd does not answer on $FIRST, so nobody can tell whether it still counts on $NAME"
id=$(mine "$listed")
[[ -n $id ]] || { say "etcd has no member $NAME any more"; exit 0; }
called "etcdctl member remove $id # $NAME"
etcdctl --endpoints=https://127.0.0.1:2379 member remove "$id"
