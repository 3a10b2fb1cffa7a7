# shellcheck shell=bash # values: NAME

# start the kubelet anew and wait until it has made its node known, and may ask for it
known() { kubectl --kubeconfig=/etc/kubernetes/kubelet.conf get node "$NAME" --request-timeout=5s >/dev/null 2>&1; }
make_known() {
  local end=$((SECONDS + 120))
  run systemctl restart kubelet
  until known; do
    ((SECONDS < end)) || fail "the kubelet has not made its node known yet: $(journalctl --unit=kubelet --lines=5 --output=cat)"
    sleep 1
  done
}
