# shellcheck shell=bash # values: OWN
# shellcheck disable=SC2154 # shared.sh sets line

config=$(stored) || fail "the cluster's kubelet configuration cannot be read"
[[ -n $OWN ]] || has "$config" || store "$(sed '/^serverTLSBootstrap:/d' <<<"$config")"$'\n'"$line"
said=
# approve: approve every request that fits, and name the others once
approve() {
  local all one
  all=$(judged) || { say "the API server does not answer"; return; }
  while read -r one; do
    [[ -n $one ]] || continue
    if [[ $one == "fits "* ]]; then
      run kubectl certificate approve "${one#fits }"
    elif [[ $said != *"$one;"* ]]; then
      said+="$one;"
      say "left pending: the request $one"
    fi
  done <<<"$all"
}
end=$((SECONDS + 180))
approve
until lack=$(unserved); [[ -z $lack ]]; do
  ((SECONDS < end)) || fail "after 3 minutes: $lack"
  sleep 1
  approve
done
