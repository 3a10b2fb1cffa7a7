# shellcheck shell=bash # values: EXCHANGE, NAMES, OLDEST, UPSTREAM
# shellcheck disable=SC2153 # NAMES and UPSTREAM are values

# in both lists, the runtime itself comes first
read -ra names <<<"$NAMES"
read -ra upstream <<<"$UPSTREAM"
# the runtime's package that is installed, or nothing
present() {
  if ((${#upstream[@]})) && installed "${upstream[@]}"; then
    printf '%s\n' "${upstream[0]}"
  elif installed "${names[@]}"; then
    printf '%s\n' "${names[0]}"
  fi
}
recent() { # VERSION: it is not too old for the Kubernetes version; Docker's own packages have an epoch before theirs
  [[ -z $OLDEST || $(printf '%s\n' "$OLDEST" "${1#*:}" | sort --version-sort | head -n 1) == "$OLDEST" ]]
}
# where kubetui made the machine and no pod runs yet, upstream's packages may take the place of the system's
exchangeable() { [[ -n $EXCHANGE && ! -e /etc/kubernetes/kubelet.conf ]]; }
