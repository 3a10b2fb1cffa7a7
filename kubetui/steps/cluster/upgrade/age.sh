# shellcheck shell=bash # values: NAME, STEADY, VERSION, WAIT
# shellcheck disable=SC2153 # VERSION is a value

# the node runs the wanted kubelet and is Ready; without waiting, it has to take pods again, too
why=
look() {
  local version ready ours
  IFS='|' read -r version ready ours < <(kubectl get node "$NAME" --request-timeout=5s -o 'jsonpath={.status.nodeInfo.kubeletVersion}|{.status.conditions[?(@.type=="Ready")].status}|{.metadata.annotations.kubetui/upgrading}' 2>&1) || true
  if [[ $version != v* ]]; then why="the API server does not answer: $version"
  elif [[ $version. != v"$VERSION".* ]]; then why="the kubelet of $NAME is $version"
  elif [[ $ready != True ]]; then why="$NAME is not Ready"
  elif [[ -n $ours && $WAIT == 0 ]]; then why="$NAME takes no pods yet"
  else return 0; fi
  return 1
}
# a new kubelet may start the programs of a control plane anew some seconds after it has told its version
end=$((SECONDS + WAIT)) good=0
until ((good == STEADY)); do
  ((good == 0)) || sleep 1
  if look; then
    good=$((good + 1))
  else
    ((SECONDS < end)) || partial "$why"
    good=0
    sleep 1
  fi
done
