# shellcheck shell=bash
# shellcheck disable=SC2154 # shared.sh sets line

config=$(stored) || fail "the cluster's kubelet configuration cannot be read"
! has "$config" || store "$(grep -vx "$line" <<<"$config")"
while read -r request; do
  [[ -z $request ]] || run kubectl delete certificatesigningrequest "$request" --ignore-not-found
done <<<"$(ours)"
