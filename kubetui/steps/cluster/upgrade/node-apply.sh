# shellcheck shell=bash
# shellcheck disable=SC2154 # join.sh sets mark, kubeadm.sh skipped

# it asks the cluster as this node, and the API server that answers may have just been changed
retry 5 run kubeadm upgrade node "${skipped[@]}"
vouch
put "$mark.upgraded" "$(kubeadm version --output=short)"
