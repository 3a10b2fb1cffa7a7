# shellcheck shell=bash # values: ADDRESS, NAME, POD_CIDR

# what Calico lacks on the first node, whose manifest a person applied
network_lacks() {
  local have
  have=$(kubectl get ippools.crd.projectcalico.org --request-timeout=10s -o 'jsonpath={.items[*].spec.cidr}')
  [[ " $have " == *" $POD_CIDR "* ]] || partial "Calico's IPPool has another cidr than the pod CIDR $POD_CIDR: ${have:-none}"
  have=$(kubectl get pods -n kube-system --selector=k8s-app=calico-node --field-selector=spec.nodeName="$NAME" --request-timeout=10s -o 'jsonpath={range .items[*]}{.status.conditions[?(@.type=="Ready")].status} {.status.initContainerStatuses[*].state.waiting.reason}{.status.containerStatuses[*].state.waiting.reason}{"\n"}{end}')
  [[ -n $have ]] || partial "no pod of Calico runs on $NAME"
  [[ $have == True* ]] || partial "Calico's pod on $NAME is not ready: ${have#* }"
  have=$(kubectl get node "$NAME" --request-timeout=10s -o 'jsonpath={.metadata.annotations.projectcalico\.org/IPv4Address}')
  [[ ${have%/*} == "$ADDRESS" ]] || partial "Calico goes between nodes by ${have:-no address}, and $ADDRESS was planned: IP_AUTODETECTION_METHOD in its DaemonSet"
}
