# shellcheck shell=bash # values: DEPLOYMENT, DOOMED, NAMESPACE, REPLICAS, REVISION, VOLUMES

in=(--namespace="$NAMESPACE" --request-timeout=15s)
if [[ -n $REVISION ]]; then
  number=$(kubectl get replicaset "$REVISION" "${in[@]}" \
    --output='jsonpath={.metadata.annotations.deployment\.kubernetes\.io/revision}')
  run kubectl rollout undo "deployment/$DEPLOYMENT" "${in[@]}" --to-revision="$number"
fi
[[ -z $REPLICAS ]] || run kubectl scale "deployment/$DEPLOYMENT" "${in[@]}" --replicas="$REPLICAS"
[[ -z $DEPLOYMENT ]] || run kubectl rollout status "deployment/$DEPLOYMENT" --namespace="$NAMESPACE" --timeout=180s
[[ -z $DOOMED ]] || run kubectl delete --cascade=foreground --ignore-not-found --timeout=180s --filename=- <<<"$DOOMED"
for volume in $VOLUMES; do
  # its own maker removes a volume once its claim is gone; waiting for one that is gone already is an error
  [[ -z $(kubectl get persistentvolume "$volume" --ignore-not-found --request-timeout=15s --output=name) ]] ||
    run kubectl wait --for=delete "persistentvolume/$volume" --timeout=120s
done
