# shellcheck shell=bash
# addon_lacks: a Ready node at whose port the registry does not answer; prints nothing if there is none
addon_lacks() {
  local port nodes address ready
  port=$(kubectl --namespace=kubetui-registry get service registry --request-timeout=10s -o 'jsonpath={.spec.ports[0].nodePort}' 2>&1) ||
    { say "the registry has no service: ${port%%$'\n'*}"; return; }
  nodes=$(kubectl get nodes --request-timeout=10s -o 'jsonpath={range .items[*]}{.status.addresses[?(@.type=="InternalIP")].address} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' 2>&1) ||
    { say "the API server does not answer: ${nodes%%$'\n'*}"; return; }
  while read -r address ready; do
    [[ $ready == True ]] || continue
    curl --silent --fail --noproxy '*' --max-time 3 --output /dev/null "http://$address:$port/v2/" ||
      { say "the registry does not answer at $address:$port"; return; }
  done <<<"$nodes"
}
