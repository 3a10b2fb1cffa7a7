# shellcheck shell=bash

# a node that has just come back is known to metrics-server some seconds later
end=$((SECONDS + 45))
until lack=$(addon_lacks); [[ -z $lack ]]; do
  ((SECONDS < end)) || break
  sleep 1
done
[[ -z $lack ]] || say "lacks $lack"
lack=$(unserved)
[[ -z $lack ]] || say "lacks $lack"
judged
