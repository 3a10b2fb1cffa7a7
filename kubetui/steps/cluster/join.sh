# shellcheck shell=bash # values: CLUSTER_ID
# shellcheck disable=SC2034 # join-probe.sh and join-apply.sh read conf

mark=/var/lib/kubetui/join conf=/etc/kubernetes/kubelet.conf
claimed() { [[ ! -s $mark.begun || $(<"$mark.begun") == "$CLUSTER_ID" ]]; }
