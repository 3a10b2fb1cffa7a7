# shellcheck shell=bash # values: MANIFEST, NAME

lack=$(kubectl get --filename=- --output=name --request-timeout=10s 2>&1 >/dev/null <<<"$MANIFEST" | head -n 1)
[[ -z $lack ]] || absent "the pod network lacks an object: $lack"
network_lacks
ready=$(kubectl get node "$NAME" --request-timeout=10s -o 'jsonpath={.status.conditions[?(@.type=="Ready")]["status","message"]}')
[[ $ready == True* ]] || partial "$NAME is not Ready yet: ${ready#* }"
