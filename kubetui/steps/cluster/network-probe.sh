# shellcheck shell=bash # values: MANIFEST
# shellcheck disable=SC2154 # init.py sets file

same "$file" "$MANIFEST" || absent "the pod network's manifest is not applied"
kubectl get --filename="$file" --output=name --request-timeout=10s >/dev/null 2>&1 || partial "the pod network lacks an object"
