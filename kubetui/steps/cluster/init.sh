# shellcheck shell=bash # values: CLUSTER_ID, CLUSTER_NAME, POD_CIDR
# shellcheck disable=SC2034 # kept.sh reads kept

mark=/var/lib/kubetui/init
kept=(/etc/kubernetes/manifests /var/lib/kubelet/config.yaml)
# lost: what is gone of what kubeadm makes again, one file a line; the authorities' are not among it
lost() {
  local name path
  for name in apiserver apiserver-etcd-client apiserver-kubelet-client front-proxy-client etcd/{healthcheck-client,peer,server}; do
    for path in "/etc/kubernetes/pki/$name".{crt,key}; do [[ -e $path ]] || printf '%s\n' "$path"; done
  done
  for name in admin controller-manager scheduler; do
    path=/etc/kubernetes/$name.conf
    [[ -e $path ]] || printf '%s\n' "$path"
  done
}
claimed() { [[ ! -s $mark.begun || $(<"$mark.begun") == "$CLUSTER_ID" ]]; }
healthy() { [[ $(kubectl get --raw=/readyz --request-timeout=5s 2>/dev/null) == ok ]]; }
stored() { kubectl -n kube-system get configmap kubeadm-config --request-timeout=10s -o 'jsonpath={.data.ClusterConfiguration}' 2>/dev/null; }
# who ran kubeadm by hand may have kept its name for clusters: then the mark tells whose the control plane is
ours() { { [[ -s $mark.begun ]] || grep -qxF "clusterName: $CLUSTER_NAME" <<<"$1"; } && grep -qF "podSubnet: $POD_CIDR" <<<"$1"; }
