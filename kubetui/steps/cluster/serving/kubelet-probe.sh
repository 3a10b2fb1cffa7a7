# shellcheck shell=bash
# shellcheck disable=SC2154 # kubelet.sh sets config, line and due

[[ ! -e $due ]] || partial "the kubelet still has to be started with its new configuration"
grep -qsx "$line" "$config" || absent "the kubelet signs its serving certificate itself"
