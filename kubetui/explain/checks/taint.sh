# shellcheck shell=bash # values: WORKER
taints=$(kubectl get node "$WORKER" -o jsonpath='{.spec.taints[*].key}')
say "taints of $WORKER: ${taints:-none}"
[[ " $taints " == *' lesson '* ]]
