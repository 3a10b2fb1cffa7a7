# shellcheck shell=bash

config=$(stored 2>/dev/null) || absent "the cluster's kubelet configuration cannot be read"
has "$config" || absent "kubelets that join would sign their serving certificates themselves"
all=$(judged 2>/dev/null) || partial "the API server does not answer"
waiting=$(sed -n 's/^fits //p' <<<"$all")
[[ -z $waiting ]] || partial "kubelets wait until somebody approves ${waiting//$'\n'/, }"
lack=$(unserved)
[[ -z $lack ]] || partial "$lack"
