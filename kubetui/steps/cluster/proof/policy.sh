# shellcheck shell=bash # values: LIFE, MANIFEST, NAME, NODE

selected=(networkpolicies --namespace=kube-system --ignore-not-found)
# what an earlier proof left that was killed
run kubectl delete "${selected[@]}" --selector="app.kubernetes.io/name=kubetui-proof,app.kubernetes.io/instance!=$NAME" \
  --wait=false --request-timeout=10s >/dev/null
# this timer removes it, even if kubetui is killed
systemctl is-active --quiet "$NAME-policy.timer" ||
  run systemd-run --quiet --collect --unit="$NAME-policy" --on-active="$LIFE" --timer-property=AccuracySec=1s \
    kubectl --kubeconfig=/etc/kubernetes/admin.conf delete "${selected[@]}" --selector="app.kubernetes.io/instance=$NAME"
run kubectl label pods --namespace=kube-system --selector="app.kubernetes.io/instance=$NAME" \
  --field-selector="spec.nodeName=$NODE" --overwrite kubetui/policy=denied >/dev/null
run kubectl apply --request-timeout=10s --filename=- <<<"$MANIFEST" >/dev/null
