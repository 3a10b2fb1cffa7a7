# shellcheck shell=bash # values: PACKAGES_PROXY
# shellcheck disable=SC2154 # the package family sets proxy_file

# a minimal system of release 10 has br_netfilter in a package of its own; unpinned, that of a kernel would come that
# does not run yet
if ! modinfo br_netfilter >/dev/null 2>&1 && [[ ! -d /sys/module/br_netfilter ]]; then
  if [[ $PACKAGES_PROXY == *@* ]]; then mode=600; else mode=644; fi
  if [[ -n $PACKAGES_PROXY ]]; then put "$proxy_file" "$PACKAGES_PROXY" "$mode"; fi
  install "kernel-modules-extra-$(uname -r)" || fail "this system no longer offers kernel-modules-extra-$(uname -r), in which br_netfilter is. Bring it up to date there (dnf upgrade), restart it, and run the same command again."
fi
