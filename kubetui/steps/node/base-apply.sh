# shellcheck shell=bash # values: NAMES, PACKAGES_PROXY
# shellcheck disable=SC2154 # the package family sets proxy_file
# shellcheck disable=SC2153 # NAMES is a value

read -ra names <<<"$NAMES"
# a file with a password in it is for root only
if [[ $PACKAGES_PROXY == *@* ]]; then mode=600; else mode=644; fi
if [[ -n $PACKAGES_PROXY ]]; then put "$proxy_file" "$PACKAGES_PROXY" "$mode"; fi
room /usr 100
install "${names[@]}"
