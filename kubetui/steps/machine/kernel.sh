# shellcheck shell=bash
# shellcheck disable=SC2034 # kernel-probe.sh and kernel-apply.sh read both

modules=$'overlay\nbr_netfilter'
settings=$'net.bridge.bridge-nf-call-iptables = 1\nnet.bridge.bridge-nf-call-ip6tables = 1\nnet.ipv4.ip_forward = 1'
