# shellcheck shell=bash # values: OLDEST

recent() { # VERSION: Docker's own packages have an epoch before it
  [[ -z $OLDEST || $(printf '%s\n' "$OLDEST" "${1#*:}" | sort --version-sort | head -n 1) == "$OLDEST" ]]
}
