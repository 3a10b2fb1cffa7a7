# shellcheck shell=bash # values: KUBERNETES, NAMES, OLDEST, SERVICE, SOURCE, UPSTREAM
# shellcheck disable=SC2154 # runtime.sh sets upstream

have=$(present)
if [[ -z $have ]]; then
  ! command -v "$SERVICE" >/dev/null || absent "$(command -v "$SERVICE") is there, and none of its packages is installed: $NAMES $UPSTREAM"
  absent "$NAMES is not installed"
fi
version=$(version_of "$have")
lost=$(gone "$have")
[[ -z $lost ]] || partial "${lost%%$'\n'*} is gone"
recent "$version" || partial "$have $version is too old: Kubernetes $KUBERNETES needs $OLDEST"
[[ $SOURCE != upstream || $have == "${upstream[0]}" ]] || ! exchangeable || partial "$have is installed, and the profile wants ${upstream[0]}"
