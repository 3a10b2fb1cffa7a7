# shellcheck shell=bash # values: MANIFEST
# shellcheck disable=SC2154 # init.py sets file

put "$file.new" "$MANIFEST" 600
retry 5 run kubectl apply --filename="$file.new"
# a manifest that is never as its own objects are, or that a person applied in another way: the probe looks for the objects alone
rm -f "$file.loose"
kubectl diff --filename="$file.new" --request-timeout=10s >/dev/null 2>&1 || : >"$file.loose"
# the probe goes by it: what was not applied is not written down
mv "$file.new" "$file"
