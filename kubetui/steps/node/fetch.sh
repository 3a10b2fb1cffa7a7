# shellcheck shell=bash # values: PROXY

# a URL with a password in it goes to standard input: it would show in the list of processes
fetch() { # URL FILE SECONDS
  local words=(curl --fail --silent --show-error --location --max-time "$3" --output "$2")
  if [[ $1 == *@* ]]; then
    called "$(quoted "${words[@]}" "${1%%//*}//<user and password>@${1##*@}")"
    "${words[@]}" --config - <<<"url = \"$1\""$'\n'"$PROXY"
  elif [[ -n $PROXY ]]; then
    run "${words[@]}" --config - "$1" <<<"$PROXY"
  else
    run "${words[@]}" "$1"
  fi
}
