# shellcheck shell=bash # values: FIRST, FORCED, NAME
# shellcheck disable=SC2153 # NAME is a value

listed=$(members) || fail "etcd does not answer on $FIRST: without most of its members, none can be removed"
[[ -n $(mine "$listed") ]] || { say "etcd has no member $NAME"; exit 0; }
staying=0 healthy=0
while IFS=, read -r _ _ name _ client _; do
  [[ ${name# } != "$NAME" ]] || continue
  staying=$((staying + 1))
  if etcdctl --endpoints="${client# }" endpoint health >/dev/null 2>&1; then healthy=$((healthy + 1)); else say "the etcd member${name} does not answer"; fi
done <<<"$listed"
needed=$((staying / 2 + 1))
((healthy < needed)) || { say "etcd stays healthy without $NAME: $healthy of $staying members answer, and $needed have to"; exit 0; }
[[ -z $FORCED ]] || { say "forced: etcd loses its quorum"; exit 0; }
fail "without $NAME, etcd would lose its quorum: $healthy of the other $staying members answer, and $needed have to"
