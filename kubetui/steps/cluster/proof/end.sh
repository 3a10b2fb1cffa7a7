# shellcheck shell=bash # values: NAME

# in the foreground: the pods go before the daemon set
run kubectl delete daemonsets,services --namespace=kube-system --selector="app.kubernetes.io/instance=$NAME" \
  --cascade=foreground --ignore-not-found --timeout=30s >/dev/null
run systemctl stop 'kubetui-proof-*.timer'
