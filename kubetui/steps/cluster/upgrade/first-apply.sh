# shellcheck shell=bash
# shellcheck disable=SC2154 # init.sh sets mark, kubeadm.sh skipped

version=$(kubeadm version --output=short)
run kubeadm upgrade plan "$version" "${skipped[@]}"
run kubeadm upgrade apply "$version" --yes "${skipped[@]}"
vouch
put "$mark.upgraded" "$version"
wait_healthy 240 || fail "the API server does not answer: $(journalctl --unit=kubelet --lines=5 --output=cat)"
