# shellcheck shell=bash # values: WORKER
which="involvedObject.kind=Node,involvedObject.name=$WORKER,reason=NodeNotSchedulable"
[[ $(kubectl get events --field-selector="$which" -o name) ]] || fail "$WORKER was not drained in the last hour"
[[ ! $(kubectl get node "$WORKER" -o jsonpath='{.spec.unschedulable}') ]] || fail "$WORKER is drained: uncordon it"
say "$WORKER was drained, and takes pods again"
