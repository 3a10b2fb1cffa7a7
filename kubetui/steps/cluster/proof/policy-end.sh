# shellcheck shell=bash # values: NAME

run kubectl delete networkpolicies --namespace=kube-system --selector="app.kubernetes.io/instance=$NAME" \
  --ignore-not-found --timeout=30s >/dev/null
run systemctl stop 'kubetui-proof-*-policy.timer'
