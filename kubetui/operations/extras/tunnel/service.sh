# shellcheck shell=bash # values: NAMESPACE, SERVICE

# the service alone tells an unknown one from an API server that does not answer
if ! found=$(kubectl get service "$SERVICE" --namespace="$NAMESPACE" --request-timeout=15s --output=json 2>&1); then
  [[ $found == *NotFound* ]] || fail "kubectl: $found"
  kubectl get services --namespace="$NAMESPACE" --request-timeout=15s --output=json
  exit 0
fi
slices=$(kubectl get endpointslices --namespace="$NAMESPACE" --selector="kubernetes.io/service-name=$SERVICE" --request-timeout=15s --output=json)
printf '{"service": %s, "slices": %s}\n' "$found" "$slices"
