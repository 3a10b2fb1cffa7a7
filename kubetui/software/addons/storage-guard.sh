# shellcheck shell=bash
# addon_refuses: which claims still use volumes of the class, whose data would go with it; prints nothing if none do
addon_refuses() {
  local claims
  claims=$(kubectl get persistentvolumeclaims --all-namespaces --request-timeout=10s -o 'jsonpath={range .items[?(@.spec.storageClassName=="local-path")]}{.metadata.namespace}/{.metadata.name} {end}') || return
  [[ -z ${claims// /} ]] || say "volumes of it are in use: ${claims% }. Their data would be lost. Delete the claims first, for example: kubectl --namespace=NAMESPACE delete persistentvolumeclaim NAME"
}
