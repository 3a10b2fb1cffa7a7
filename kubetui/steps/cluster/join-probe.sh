# shellcheck shell=bash
# shellcheck disable=SC2154 # join.sh sets mark, conf and identity

[[ -e $conf || -e $mark.begun ]] || absent "it has not joined yet"
[[ -e $mark.begun ]] || foreign "it has joined a cluster that kubetui did not make"
claimed || foreign "it has joined another cluster that kubetui made"
[[ -e $mark.done ]] || partial "kubeadm join did not come to its end"
placed || partial "the kubelet does not ask this cluster's API server"
[[ -e $identity ]] || partial "the kubelet's certificate is gone"
file=$(changed)
[[ -z $file ]] || partial "$(altered "$file")"
systemctl is-active --quiet kubelet || partial "the kubelet does not run"
