# shellcheck shell=bash # values: ADDRESS, CLUSTER_ID, ENDPOINT
# shellcheck disable=SC2034 # join-probe.sh, join-apply.sh and kept.sh read conf, identity and kept

mark=/var/lib/kubetui/join conf=/etc/kubernetes/kubelet.conf
identity=/var/lib/kubelet/pki/kubelet-client-current.pem
kept=(/var/lib/kubelet/config.yaml)
# from 1.33 on, the kubelet of a control plane asks the API server beside it
placed() { grep -qF -e "server: https://$ENDPOINT" -e "server: https://$ADDRESS:6443" "$conf" 2>/dev/null; }
claimed() { [[ ! -s $mark.begun || $(<"$mark.begun") == "$CLUSTER_ID" ]]; }
