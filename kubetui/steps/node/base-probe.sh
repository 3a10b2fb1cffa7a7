# shellcheck shell=bash # values: NAMES, PACKAGES_PROXY
# shellcheck disable=SC2154 # the package family sets proxy_file
# shellcheck disable=SC2153 # NAMES is a value

read -ra names <<<"$NAMES"
[[ -z $PACKAGES_PROXY ]] || same "$proxy_file" "$PACKAGES_PROXY" || absent "the package manager does not know the proxy"
for name in "${names[@]}"; do installed "$name" || absent "$name is not installed"; done
lost=$(gone "${names[@]}")
[[ -z $lost ]] || partial "${lost%%$'\n'*} is gone"
