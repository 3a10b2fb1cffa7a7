# shellcheck shell=bash
# shellcheck disable=SC2154 # kubelet.sh sets config, line, due and pki

[[ ! -e $due ]] || partial "the kubelet still has to be started with its old configuration"
! grep -qsx "$line" "$config" || partial "the kubelet still asks the cluster for its serving certificate"
left=$(find "$pki" -maxdepth 1 -name 'kubelet-server-*.pem' 2>/dev/null) || :
[[ -z $left ]] || partial "${left%%$'\n'*} is still there"
