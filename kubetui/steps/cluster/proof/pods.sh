# shellcheck shell=bash # values: LIMIT, NAME, WANTED

end=$((SECONDS + LIMIT))
# a daemon set writes the node's name into the affinity before the scheduler has seen the pod
node='{.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0].values[0]}'
row="pod $node {.status.phase} {.metadata.name} {.status.podIP}"
pods() {
  kubectl get pods --namespace=kube-system --selector="app.kubernetes.io/instance=$NAME" --request-timeout=10s \
    --output="jsonpath={range .items[*]}$row{\"\\n\"}{end}"
}
complete() {
  local each
  for each in $WANTED; do grep -q "^pod $each Running [^ ]* [0-9]" <<<"$rows" || return; done
}
until rows=$(pods) && complete; do
  ((SECONDS < end)) || break
  sleep 0.2
done
printf '%s\n' "$rows"
while read -r _ node phase pod _; do
  [[ -z $pod || $phase == Running ]] || printf 'said %s %s\n' "$node" "$(
    kubectl get events --namespace=kube-system --field-selector="involvedObject.name=$pod" --request-timeout=10s \
      --output='jsonpath={range .items[*]}{.message}{"\n"}{end}' | tail -n 1
  )"
done <<<"$rows"
