# shellcheck shell=bash # values: NAME

# what kube-router lacks on the first node, whose manifest a person applied
network_lacks() {
  local have
  have=$(kubectl get pods -n kube-system --selector=k8s-app=kube-router --field-selector=spec.nodeName="$NAME" --request-timeout=10s -o 'jsonpath={range .items[*]}{.status.conditions[?(@.type=="Ready")].status} {.status.initContainerStatuses[*].state.waiting.reason}{.status.containerStatuses[*].state.waiting.reason}{"\n"}{end}')
  [[ -n $have ]] || partial "no pod of kube-router runs on $NAME"
  [[ $have == True* ]] || partial "kube-router's pod on $NAME is not ready: ${have#* }"
  have=$(kubectl get node "$NAME" --request-timeout=10s -o 'jsonpath={.spec.podCIDR}')
  [[ -n $have ]] || partial "$NAME has no podCIDR: kubeadm init needs --pod-network-cidr"
}
