# shellcheck shell=bash # values: MANIFEST, NAME, WORKLOADS
# shellcheck disable=SC2154 # addons.sh sets folder

file=$folder/$NAME.yaml
same "$file" "$MANIFEST" || absent "the manifest of $NAME is not applied"
code=0
timeout 20 kubectl diff --filename="$file" --request-timeout=10s >/dev/null 2>&1 || code=$?
case $code in
  0) ;;
  1) partial "$NAME is not as its manifest says" ;;
  *) partial "$NAME lacks an object, or cannot be asked for" ;;
esac
while read -r namespace workload; do
  status=$(kubectl --namespace="$namespace" rollout status "$workload" --watch=false --request-timeout=10s 2>&1) || :
  [[ $status == *"successfully rolled out"* ]] || partial "$workload is not ready: ${status%%$'\n'*}"
done <<<"$WORKLOADS"
lack=$(addon_lacks)
[[ -z $lack ]] || partial "$lack"
