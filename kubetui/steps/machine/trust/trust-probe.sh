# shellcheck shell=bash # values: STORE
# shellcheck disable=SC2154 # trust.sh sets changed, wanted, files and stale

for number in "${!wanted[@]}"; do
  same "${files[number]}" "${wanted[number]}" || absent "${files[number]} does not have the authority's certificate"
  [[ -f $STORE && $(<"$STORE") == *"${wanted[number]}"* ]] || absent "$STORE does not have the authority of ${files[number]}"
done
((${#stale[@]} == 0)) || absent "${stale[0]} is there, and the profile no longer names its authority"
[[ ! -e $changed ]] || absent "the runtime has not read yet whom the machine trusts now"
