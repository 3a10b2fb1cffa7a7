# shellcheck shell=bash # values: ENDPOINT, JOIN_TOKEN

bootstrap=/etc/kubernetes/bootstrap-kubelet.conf
# with a join token the kubelet asks for a certificate as it did when the machine joined
ask_anew() {
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
}
