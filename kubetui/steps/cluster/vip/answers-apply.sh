# shellcheck shell=bash

end=$((SECONDS + 90))
said=
until left=$(unanswered); [[ -z $left ]]; do
  [[ $left == "$said" ]] || say "waiting for an answer at ${left//$'\n'/ and }"
  said=$left
  ((SECONDS < end)) || fail "no API server answers at ${left//$'\n'/ and }; see: systemctl status haproxy keepalived"
  sleep 1
done
