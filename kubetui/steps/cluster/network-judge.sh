# shellcheck shell=bash # values: MANIFEST, NAME

lack=$(kubectl get --filename=- --output=name --request-timeout=10s 2>&1 >/dev/null <<<"$MANIFEST") ||
  absent "the pod network lacks an object: ${lack%%$'\n'*}"
network_lacks
ready=$(kubectl get node "$NAME" --request-timeout=10s -o 'jsonpath={range .status.conditions[?(@.type=="Ready")]}{.status} {.message}{end}')
[[ $ready == True* ]] || partial "$NAME is not Ready yet: ${ready#* }"
