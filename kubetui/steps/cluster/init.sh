# shellcheck shell=bash # values: CLUSTER_ID, CLUSTER_NAME, POD_CIDR

mark=/var/lib/kubetui/init
claimed() { [[ ! -s $mark.begun || $(<"$mark.begun") == "$CLUSTER_ID" ]]; }
healthy() { [[ $(kubectl get --raw=/readyz --request-timeout=5s 2>/dev/null) == ok ]]; }
stored() { kubectl -n kube-system get configmap kubeadm-config --request-timeout=10s -o 'jsonpath={.data.ClusterConfiguration}' 2>/dev/null; }
# who ran kubeadm by hand may have kept its name for clusters: then the mark tells whose the control plane is
ours() { { [[ -s $mark.begun ]] || grep -qxF "clusterName: $CLUSTER_NAME" <<<"$1"; } && grep -qF "podSubnet: $POD_CIDR" <<<"$1"; }
