# shellcheck shell=bash # values: KUBERNETES, NAMES, OLDEST, SOURCE
# shellcheck disable=SC2154 # runtime.sh sets upstream

have=$(present)
[[ -n $have ]] || absent "$NAMES is not installed"
version=$(version_of "$have")
recent "$version" || partial "$have $version is too old: Kubernetes $KUBERNETES needs $OLDEST"
[[ $SOURCE != upstream || $have == "${upstream[0]}" ]] || ! exchangeable || partial "$have is installed, and the profile wants ${upstream[0]}"
