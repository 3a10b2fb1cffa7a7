# shellcheck shell=bash

# the configuration of the container runtime, with the pause image that kubeadm names
wanted() {
  local pause
  pause=$(images | grep -E '(^|/)pause:') || fail "kubeadm names no pause image"
  config "$pause"
}
