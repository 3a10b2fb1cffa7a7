# shellcheck shell=bash # values: NAME
# shellcheck disable=SC2154 # addons.sh sets folder

file=$folder/$NAME.yaml
# an installation that was cut off has only this one
[[ -e $file ]] || file=$file.new
refusal=$(addon_refuses)
[[ -z $refusal ]] || fail "$refusal"
[[ ! -e $file ]] || run kubectl delete --filename="$file" --ignore-not-found --timeout=180s
run rm -f "$folder/$NAME.yaml" "$folder/$NAME.yaml.new"
[[ ! -d $folder ]] || rmdir --ignore-fail-on-non-empty "$folder"
