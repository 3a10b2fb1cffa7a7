# shellcheck shell=bash

config=$(stored 2>/dev/null) || partial "the cluster's kubelet configuration cannot be read"
! has "$config" || partial "kubelets that join would still ask the cluster for their serving certificates"
left=$(ours 2>/dev/null) || partial "the API server does not answer"
[[ -z $left ]] || partial "there are still the requests ${left//$'\n'/, }"
