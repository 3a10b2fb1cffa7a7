# shellcheck shell=bash # values: ANSWERS, FORCED, NAME, PATIENCE

drain() { run kubectl drain "$NAME" --ignore-daemonsets --delete-emptydir-data --force "$@" --timeout="${PATIENCE}s"; }
status=$(kubectl get node "$NAME" --ignore-not-found --request-timeout=10s -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}{" known"}')
[[ -n $status ]] || { say "the cluster does not know a node $NAME any more"; exit 0; }
if [[ -z $ANSWERS && $status != "True known" ]]; then
  run kubectl cordon "$NAME"
  say "$NAME does not answer, so nobody can end its pods in order: they are made anew once the machine is gone"
  exit 0
fi
drain && exit 0
if [[ -n $FORCED ]]; then
  say "forced: the pods that are left are deleted, whatever their disruption budgets say"
  drain --disable-eviction && exit 0
fi
[[ -n $ANSWERS ]] || { say "$NAME does not answer: what is left of its pods goes with the machine"; exit 0; }
fail "after $PATIENCE s, $NAME still has pods that may not go"
