# shellcheck shell=bash # values: BOOTED, LIMIT, NODES
# shellcheck disable=SC2153 # NODES is a value

end=$((SECONDS + LIMIT))
# the first thing that is not as planned, or nothing
missing() {
  local nodes pods name address
  nodes=$(kubectl get nodes --request-timeout=10s -o 'jsonpath={range .items[*]}{.metadata.name}{" "}{.status.addresses[?(@.type=="InternalIP")].address}{" "}{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' 2>&1) ||
    { printf 'the API server does not answer: %s' "$nodes"; return; }
  while read -r name address; do
    grep -q "^$name " <<<"$nodes" || { printf '%s is not in the cluster' "$name"; return; }
    grep -q "^$name $address " <<<"$nodes" ||
      { printf '%s has the INTERNAL-IP %s, and %s was planned' "$name" "$(awk -v n="$name" '$1 == n {print $2}' <<<"$nodes")" "$address"; return; }
    grep -q "^$name $address True$" <<<"$nodes" || { printf '%s is not Ready' "$name"; return; }
  done <<<"$NODES"
  # the kubelet tells of static pods once a minute; that they run shows in the API server's own answer
  pods=$(kubectl get pods --all-namespaces --request-timeout=10s --field-selector=status.phase!=Succeeded -o 'jsonpath={range .items[*]}{.metadata.namespace}|{.metadata.name}|{.metadata.ownerReferences[0].kind}|{.status.phase}|{.status.conditions[?(@.type=="Ready")].status}|{.spec.nodeName}|{.status.containerStatuses[*].state.running.startedAt}{"\n"}{end}' 2>&1) ||
    { printf 'the API server does not answer: %s' "$pods"; return; }
  # what is known of a machine that has started again is from before, until its kubelet tells of containers that began since
  awk -F'|' -v booted="$BOOTED" '
    BEGIN {count = split(booted, words, " "); for (i = 1; i < count; i += 2) since[words[i]] = words[i + 1]}
    $1 !~ /^kube-/ || $3 == "Node" && $4 == "Running" {next}
    $4 != "Running" || $5 != "True" {printf "pod %s is not ready", $2; exit}
    $6 in since && substr($7, 1, 20) < since[$6] {printf "nothing is known yet of pod %s since %s started", $2, $6; exit}' <<<"$pods"
}
said=
began=$SECONDS
until lack=$(missing); [[ -z $lack ]]; do
  [[ $lack == "$said" ]] || say "waiting: $lack"
  said=$lack
  ((SECONDS < end)) || fail "after $LIMIT s: $lack"
  # a slow machine gets as long to work as the questions kept it
  sleep "$((SECONDS - began)).5"
  began=$SECONDS
done
say "every node is Ready with its planned INTERNAL-IP, and every pod of the system runs"
