# shellcheck shell=bash # values: USER_NAME

[[ -n $USER_NAME ]] || exit 0
[[ -n $home && -e /etc/kubernetes/admin.conf ]] || absent "there is no kubeconfig yet"
cmp --silent /etc/kubernetes/admin.conf "$home/.kube/config" || absent "$USER_NAME has no kubeconfig"
