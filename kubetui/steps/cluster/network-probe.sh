# shellcheck shell=bash # values: MANIFEST
# shellcheck disable=SC2154 # init.py sets file

same "$file" "$MANIFEST" || absent "the pod network's manifest is not applied"
if [[ -e $file.loose ]]; then
  timeout 20 kubectl get --filename="$file" --output=name --request-timeout=10s >/dev/null 2>&1 || partial "the pod network lacks an object"
else
  code=0
  timeout 20 kubectl diff --filename="$file" --request-timeout=10s >/dev/null 2>&1 || code=$?
  case $code in
    0) ;;
    1) partial "the pod network is not as its manifest says" ;;
    *) partial "the pod network lacks an object, or cannot be asked for" ;;
  esac
fi
