# shellcheck shell=bash # values: NAME
# shellcheck disable=SC2154 # addons.sh sets folder

file=$folder/$NAME.yaml
# an installation that was cut off has only this one
[[ -e $file ]] || file=$file.new
refusal=$(addon_refuses)
[[ -z $refusal ]] || fail "$refusal"
# first what the add-on itself has to let go; where its kinds are gone already, so are they
if [[ -e $folder/$NAME-settings.yaml ]]; then
  run kubectl delete --filename="$folder/$NAME-settings.yaml" --ignore-not-found --timeout=60s || {
    left=$(kubectl get --filename="$folder/$NAME-settings.yaml" --output=name 2>/dev/null) || :
    [[ -z $left ]] || fail "these do not go: ${left//$'\n'/, }"
  }
fi
# its pods first: as long as one ends, a node cannot let its image go
[[ ! -e $file ]] || run kubectl delete --filename="$file" --ignore-not-found --cascade=foreground --timeout=180s
# what the cluster itself takes away after them needs others, which may be the next to go
end=$((SECONDS + 120))
until left=$(addon_leaves); [[ -z $left ]]; do
  ((SECONDS < end)) || fail "these do not go: ${left//$'\n'/, }"
  sleep 1
done
run rm -f "$folder/$NAME-settings.yaml" "$folder/$NAME.yaml" "$folder/$NAME.yaml.new" "$folder/$NAME.yaml.loose"
run rm -f "$folder/$NAME.crt" "$folder/$NAME.key" "$folder/$NAME.csr" "$folder/$NAME.extensions"
[[ ! -d $folder ]] || rmdir --ignore-fail-on-non-empty "$folder"
