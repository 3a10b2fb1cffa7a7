# shellcheck shell=bash

wait_healthy() {
  local end=$((SECONDS + $1))
  until healthy; do ((SECONDS < end)) || return 1; sleep 1; done
}
