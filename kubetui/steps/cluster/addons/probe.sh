# shellcheck shell=bash # values: MANIFEST, NAME, SETTINGS, WORKLOADS
# shellcheck disable=SC2154 # addons.sh sets folder

as_applied() { # FILE
  local code=0
  timeout 20 kubectl diff --filename="$1" --request-timeout=10s >/dev/null 2>&1 || code=$?
  case $code in
    0) ;;
    1) partial "$NAME is not as its manifest says" ;;
    *) partial "$NAME lacks an object, or cannot be asked for" ;;
  esac
}
file=$folder/$NAME.yaml
same "$file" "$MANIFEST" || absent "the manifest of $NAME is not applied"
if [[ -e $file.loose ]]; then
  timeout 20 kubectl get --filename="$file" --output=name --request-timeout=10s >/dev/null 2>&1 || partial "$NAME lacks an object"
else
  as_applied "$file"
fi
while read -r namespace workload; do
  status=$(kubectl --namespace="$namespace" rollout status "$workload" --watch=false --request-timeout=10s 2>&1) || :
  [[ $status == *"successfully rolled out"* ]] || partial "$workload is not ready: ${status%%$'\n'*}"
done <<<"$WORKLOADS"
if [[ -n $SETTINGS ]]; then
  same "$folder/$NAME-settings.yaml" "$SETTINGS" || partial "the settings of $NAME are not applied"
  as_applied "$folder/$NAME-settings.yaml"
fi
lack=$(addon_lacks)
[[ -z $lack ]] || partial "$lack"
