# shellcheck shell=bash
# shellcheck disable=SC2154 # init.sh sets mark, kubeadm.sh skipped

version=$(kubeadm version --output=short)
run kubeadm upgrade plan "$version" "${skipped[@]}"
run kubeadm upgrade apply "$version" --yes "${skipped[@]}"
vouch
put "$mark.upgraded" "$version"
end=$((SECONDS + 240))
until healthy; do
  ((SECONDS < end)) || fail "the API server does not answer: $(journalctl --unit=kubelet --lines=5 --output=cat)"
  sleep 1
done
