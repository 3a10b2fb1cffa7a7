# shellcheck shell=bash # values: ADDRESS, KUBELET_ARGUMENTS, NAME
# shellcheck disable=SC2153 # ADDRESS is a value

# the node is there under its planned name and address
registered() {
  local address nodes
  nodes=$(kubectl get nodes --request-timeout=10s -o 'jsonpath={.items[*].metadata.name}') || partial "the API server does not answer"
  [[ " $nodes " == *" $NAME "* ]] || partial "there is no node $NAME, only ${nodes:-none}: kubeadm with --node-name=$NAME"
  address=$(kubectl get node "$NAME" --request-timeout=10s -o 'jsonpath={.status.addresses[?(@.type=="InternalIP")].address}')
  [[ $address == "$ADDRESS" ]] ||
    partial "the INTERNAL-IP of $NAME is ${address:-none}, and $ADDRESS was planned: KUBELET_EXTRA_ARGS=--node-ip=$ADDRESS in $KUBELET_ARGUMENTS, then restart the kubelet"
}
