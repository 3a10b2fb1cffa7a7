# shellcheck shell=bash

# the shared address goes from one control plane to another until it knows where an API server answers
row=0 end=$((SECONDS + 180))
until ((row == 5)); do
  if healthy; then ((row += 1)); else row=0; fi
  ((SECONDS < end)) || fail "no API server answers for long at the shared address; see: systemctl status haproxy keepalived"
  sleep 1
done
