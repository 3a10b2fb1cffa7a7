# shellcheck shell=bash # values: MANIFEST, NAME, SETTINGS, WORKLOADS
# shellcheck disable=SC2154 # addons.sh sets folder

file=$folder/$NAME.yaml
put "$file.new" "$MANIFEST" 600
retry 5 run kubectl apply --filename="$file.new"
# the probe goes by it: what was not applied is not written down
mv "$file.new" "$file"
while read -r namespace workload; do
  kubectl --namespace="$namespace" rollout status "$workload" --timeout=300s ||
    fail "$workload in the namespace $namespace is not ready after 5 minutes"
done <<<"$WORKLOADS"
if [[ -n $SETTINGS ]]; then
  put "$folder/$NAME-settings.yaml" "$SETTINGS" 600
  # what judges them answers some seconds after its pod is ready
  retry 6 run kubectl apply --filename="$folder/$NAME-settings.yaml"
fi
end=$((SECONDS + 120))
said=
until lack=$(addon_lacks); [[ -z $lack ]]; do
  [[ $lack == "$said" ]] || say "waiting: $lack"
  said=$lack
  ((SECONDS < end)) || fail "after 2 minutes: $lack"
  sleep 1
done
# a manifest that is never as its own objects are: the probe looks for the objects alone
rm -f "$file.loose"
code=0
kubectl diff --filename="$file" --request-timeout=10s >/dev/null 2>&1 || code=$?
# only 1 says that they differ: a diff that could not be made says nothing of the manifest
((code != 1)) || : >"$file.loose"
