# shellcheck shell=bash # values: SOURCE

# Docker's own packages bring a containerd that takes the place of the system's
if installed containerd && ! installed docker.io && ! exchangeable; then
  offered=$SOURCE
  if [[ $SOURCE == auto ]]; then
    refresh
    offered=$(candidate docker.io)
    if [[ -n $offered ]] && recent "$offered"; then offered=distribution; else offered=upstream; fi
  fi
  [[ $offered != upstream ]] ||
    fail "containerd $(version_of containerd) is installed, and Docker's own packages would take its place under whoever uses it: remove it, or choose another machine"
fi
