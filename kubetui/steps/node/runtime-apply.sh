# shellcheck shell=bash # values: KUBERNETES, OLDEST, REPOSITORY, SERVICE, SOURCE
# shellcheck disable=SC2153 # SOURCE is a value
# shellcheck disable=SC2154 # runtime.sh sets names and upstream

room /usr 200
have=$(present) version=
[[ -z $have ]] || version=$(version_of "$have")
source=$SOURCE
if [[ -n $have && $have == "${upstream[0]-}" ]]; then
  source=upstream
elif [[ $source == auto || (-n $OLDEST && $source == distribution) ]]; then
  refresh
  offered=$(candidate "${names[0]}")
  lack="this system offers ${names[0]} $offered, and Kubernetes $KUBERNETES needs $OLDEST"
  [[ -n $offered ]] || lack="this system offers no ${names[0]}"
  if [[ -n $offered ]] && recent "$offered"; then
    source=distribution
  elif [[ $source == auto ]]; then
    say "$lack: ${upstream[0]} is installed instead"
    source=upstream
  else
    fail "$lack. Put runtime_packages: auto in the profile, and ${upstream[0]} is installed instead."
  fi
fi
if [[ $source != upstream ]]; then
  install "${names[@]}"
  exit 0
fi
if [[ -n $have && $have != "${upstream[0]}" ]]; then
  exchangeable || fail "$have $version is installed, and kubetui exchanges no runtime that others may use: remove it, or choose another machine"
  say "${upstream[0]} takes the place of $have $version"
fi
# a machine's own list that offers the packages is left alone: the same repository with another key would be an error
mapfile -t mine < <(repository_files "$REPOSITORY")
if [[ -e ${mine[0]} || -z $(candidate "${upstream[0]}") ]]; then repository; fi
install "${upstream[@]}"
# Debian masks the unit of a package that goes
if [[ -n $have ]]; then run systemctl unmask "$SERVICE"; fi
