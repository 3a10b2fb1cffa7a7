# shellcheck shell=bash # values: ENDPOINT, IDENTITY, JOIN_TOKEN, NAME, SERVING

bootstrap=/etc/kubernetes/bootstrap-kubelet.conf
if [[ -n $SERVING ]]; then run rm -f /var/lib/kubelet/pki/kubelet.crt /var/lib/kubelet/pki/kubelet.key; fi
if [[ -n $IDENTITY ]]; then
  # with a join token the kubelet asks for a certificate as it did when the machine joined
  trap 'rm -f "$bootstrap"' EXIT
  called "tee $bootstrap # the content is left out"
  (umask 077 && cat >"$bootstrap") <<EOF
apiVersion: v1
kind: Config
clusters:
- name: kubernetes
  cluster:
    server: https://$ENDPOINT
    certificate-authority: /etc/kubernetes/pki/ca.crt
users:
- name: kubelet-bootstrap
  user:
    token: $JOIN_TOKEN
contexts:
- name: bootstrap
  context:
    cluster: kubernetes
    user: kubelet-bootstrap
current-context: bootstrap
EOF
fi
run systemctl restart kubelet
known() { kubectl --kubeconfig=/etc/kubernetes/kubelet.conf get node "$NAME" --request-timeout=5s >/dev/null 2>&1; }
end=$((SECONDS + 120))
until known; do
  ((SECONDS < end)) || fail "the kubelet has no new certificate yet: $(journalctl --unit=kubelet --lines=5 --output=cat)"
  sleep 1
done
