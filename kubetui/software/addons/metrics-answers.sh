# shellcheck shell=bash
# addon_lacks: what keeps kubectl top from telling what the nodes use; prints nothing if nothing does
addon_lacks() {
  local available ready usage node
  available=$(kubectl get apiservices.apiregistration.k8s.io v1beta1.metrics.k8s.io --request-timeout=10s -o 'jsonpath={.status.conditions[?(@.type=="Available")].status} {.status.conditions[?(@.type=="Available")].message}' 2>&1) ||
    { say "the API server does not answer: ${available%%$'\n'*}"; return; }
  [[ $available == True* ]] || { say "metrics.k8s.io is not available: ${available#* }"; return; }
  ready=$(kubectl get nodes --request-timeout=10s -o 'jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' 2>&1) ||
    { say "the API server does not answer: ${ready%%$'\n'*}"; return; }
  usage=$(kubectl top nodes --no-headers --request-timeout=10s 2>&1) || { say "kubectl top does not tell: ${usage%%$'\n'*}"; return; }
  while read -r node; do
    grep -Eq "^$node +[0-9]" <<<"$usage" || { say "nothing is known yet of what $node uses"; return; }
  done <<<"$(awk '$2 == "True" {print $1}' <<<"$ready")"
}
