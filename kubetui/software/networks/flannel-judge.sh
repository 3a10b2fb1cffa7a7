# shellcheck shell=bash # values: ADDRESS, NAME, POD_CIDR

# what flannel lacks on the first node, whose manifest a person applied
network_lacks() {
  local have
  have=$(kubectl -n kube-flannel get configmap kube-flannel-cfg --request-timeout=10s -o 'jsonpath={.data.net-conf\.json}' | tr -d ' \n\t')
  [[ $have == *"\"Network\":\"$POD_CIDR\""* ]] || partial "flannel's net-conf.json has another Network than the pod CIDR $POD_CIDR"
  have=$(kubectl get pods -n kube-flannel --field-selector=spec.nodeName="$NAME" --request-timeout=10s -o 'jsonpath={range .items[*]}{.status.conditions[?(@.type=="Ready")].status} {.status.initContainerStatuses[*].state.waiting.reason}{.status.containerStatuses[*].state.waiting.reason}{"\n"}{end}')
  [[ -n $have ]] || partial "no pod of flannel runs on $NAME"
  [[ $have == True* ]] || partial "flannel's pod on $NAME is not ready: ${have#* }"
  have=$(kubectl get node "$NAME" --request-timeout=10s -o 'jsonpath={.metadata.annotations.flannel\.alpha\.coreos\.com/public-ip}')
  [[ $have == "$ADDRESS" ]] || partial "flannel goes between nodes by $have, and $ADDRESS was planned: --iface or --iface-regex in its DaemonSet"
}
