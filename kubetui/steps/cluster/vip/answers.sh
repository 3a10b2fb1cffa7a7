# shellcheck shell=bash # values: PLACES
# shellcheck disable=SC2153 # PLACES is a value

# unanswered: the places among PLACES at which no API server answers
unanswered() {
  local place places
  read -ra places <<<"$PLACES"
  for place in "${places[@]}"; do
    curl --silent --fail --insecure --max-time 3 --output /dev/null "https://$place/healthz" || say "$place"
  done
}
