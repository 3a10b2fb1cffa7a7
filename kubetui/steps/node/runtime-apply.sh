# shellcheck shell=bash # values: INSTEAD, NAMES
# shellcheck disable=SC2153 # NAMES and INSTEAD are values

read -ra names <<<"$NAMES"
read -ra instead <<<"$INSTEAD"
room /usr 200
{ ((${#instead[@]})) && installed "${instead[@]}"; } || install "${names[@]}"
