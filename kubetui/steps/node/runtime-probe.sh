# shellcheck shell=bash # values: INSTEAD, NAMES
# shellcheck disable=SC2153 # NAMES and INSTEAD are values

read -ra names <<<"$NAMES"
read -ra instead <<<"$INSTEAD"
installed "${names[@]}" || { ((${#instead[@]})) && installed "${instead[@]}"; } || absent "$NAMES is not installed"
