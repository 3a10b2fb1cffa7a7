# shellcheck shell=bash # values: ADDRESS, NAME

# what Cilium lacks on the first node, whose manifest a person applied
network_lacks() {
  local have
  have=$(kubectl get pods -n kube-system --selector=k8s-app=cilium --field-selector=spec.nodeName="$NAME" --request-timeout=10s -o 'jsonpath={range .items[*]}{.status.conditions[?(@.type=="Ready")].status} {.status.initContainerStatuses[*].state.waiting.reason}{.status.containerStatuses[*].state.waiting.reason}{"\n"}{end}')
  [[ -n $have ]] || partial "no pod of Cilium runs on $NAME"
  [[ $have == True* ]] || partial "Cilium's pod on $NAME is not ready: ${have#* }"
  have=$(kubectl get configmap cilium-config -n kube-system --request-timeout=10s -o 'jsonpath={.data.ipam}')
  [[ $have == kubernetes ]] || partial "Cilium's ipam mode is ${have:-not set}: with kubernetes, pods get addresses of the pod CIDR"
  have=$(kubectl get ciliumnode "$NAME" --request-timeout=10s -o 'jsonpath={.spec.addresses[?(@.type=="InternalIP")].ip}')
  [[ " $have " == *" $ADDRESS "* ]] || partial "Cilium goes between nodes by ${have:-no address}, and $ADDRESS was planned"
}
