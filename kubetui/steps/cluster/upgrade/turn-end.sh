# shellcheck shell=bash # values: NAME

ours=$(retry 5 kubectl get node "$NAME" --request-timeout=10s -o 'jsonpath={.metadata.annotations.kubetui/upgrading}')
[[ -n $ours ]] || exit 0
retry 5 run kubectl uncordon "$NAME"
retry 5 run kubectl annotate node "$NAME" kubetui/upgrading-
