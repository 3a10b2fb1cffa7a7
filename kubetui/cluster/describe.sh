# shellcheck shell=bash # values: NAMESPACE, POD
kubectl describe pod "$POD" --namespace="$NAMESPACE" --request-timeout=15s 2>&1 | head -c 262144 || true
