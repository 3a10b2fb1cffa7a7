# shellcheck shell=bash # values: LABEL, MANIFEST, NAMESPACE, SECONDS_AT_MOST

# what an earlier look left that was killed; the Job's time to live removes it, too
kubectl delete jobs --namespace="$NAMESPACE" --selector="$LABEL" --wait=false --request-timeout=15s >/dev/null
job=$(kubectl create --request-timeout=15s --filename=- --output=name <<<"$MANIFEST")
gone() { kubectl delete "$job" --namespace="$NAMESPACE" --ignore-not-found --wait=false --request-timeout=15s >/dev/null; }
trap gone EXIT
end=$((SECONDS + SECONDS_AT_MOST))
until [[ ${ended-} == *Complete* || ${ended-} == *Failed* ]]; do
  if ((SECONDS >= end)); then
    why=$(kubectl get pods --namespace="$NAMESPACE" --selector="$LABEL" --request-timeout=15s --no-headers 2>&1)
    fail "the Job that looks at the volume did not end within $SECONDS_AT_MOST s: $why"
  fi
  sleep 0.5
  ended=$(kubectl get "$job" --namespace="$NAMESPACE" --request-timeout=15s \
    --output='jsonpath={.status.conditions[?(@.status=="True")].type}')
done
kubectl logs --namespace="$NAMESPACE" --tail=1 --request-timeout=15s "$job"
