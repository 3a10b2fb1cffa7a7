# shellcheck shell=bash # values: LIMIT, NODES
# shellcheck disable=SC2153 # NODES is a value

end=$((SECONDS + LIMIT))
# the first thing that is not as planned, or nothing; without a pod network, no node can be Ready and no pod of its own network can run
missing() {
  local nodes pods name address
  nodes=$(kubectl get nodes --request-timeout=10s -o 'jsonpath={range .items[*]}{.metadata.name}{" "}{.status.addresses[?(@.type=="InternalIP")].address}{"\n"}{end}' 2>&1) ||
    { printf 'the API server does not answer: %s' "$nodes"; return; }
  while read -r name address; do
    grep -q "^$name " <<<"$nodes" || { printf '%s is not in the cluster' "$name"; return; }
    grep -q "^$name $address$" <<<"$nodes" ||
      { printf '%s has the INTERNAL-IP %s, and %s was planned' "$name" "$(awk -v n="$name" '$1 == n {print $2}' <<<"$nodes")" "$address"; return; }
  done <<<"$NODES"
  pods=$(kubectl get pods --namespace=kube-system --request-timeout=10s -o 'jsonpath={range .items[?(@.spec.hostNetwork==true)]}{.metadata.name}|{.metadata.ownerReferences[0].kind}|{.status.phase}|{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' 2>&1) ||
    { printf 'the API server does not answer: %s' "$pods"; return; }
  awk -F'|' '
    $1 == "" || $2 == "Node" && $3 == "Running" {next}
    $3 != "Running" || $4 != "True" {printf "pod %s is not ready", $1; exit}' <<<"$pods"
}
said=
began=$SECONDS
until lack=$(missing); [[ -z $lack ]]; do
  [[ $lack == "$said" ]] || say "waiting: $lack"
  said=$lack
  ((SECONDS < end)) || fail "after $LIMIT s: $lack"
  sleep "$((SECONDS - began)).5"
  began=$SECONDS
done
say "every node is in the cluster with its planned INTERNAL-IP, and what needs no pod network runs"
