# shellcheck shell=bash # values: LIFE, MANIFEST, NAME

selected=("daemonsets,services" --namespace=kube-system --ignore-not-found)
# what an earlier proof left that was killed
run kubectl delete "${selected[@]}" --selector="app.kubernetes.io/name=kubetui-proof,app.kubernetes.io/instance!=$NAME" \
  --wait=false --request-timeout=10s >/dev/null &
pause=$(images | grep -E '(^|/)pause:') || fail "kubeadm names no pause image"
wait "$!"
# this timer removes everything, even if kubetui is killed
systemctl is-active --quiet "$NAME.timer" ||
  run systemd-run --quiet --collect --unit="$NAME" --on-active="$LIFE" --timer-property=AccuracySec=1s \
    kubectl --kubeconfig=/etc/kubernetes/admin.conf delete "${selected[@]}" --selector="app.kubernetes.io/instance=$NAME"
run kubectl apply --request-timeout=10s --filename=- <<<"${MANIFEST//@SANDBOX_IMAGE@/$pause}" \
  --output='jsonpath={range .items[?(@.kind=="Service")]}{.spec.clusterIP} {.spec.ports[0].nodePort}{"\n"}{end}'
