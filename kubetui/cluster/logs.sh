# shellcheck shell=bash # values: NAMESPACE, POD
kubectl logs "$POD" --namespace="$NAMESPACE" --all-containers --tail=500 --request-timeout=15s 2>&1 | tail -c 262144 || true
