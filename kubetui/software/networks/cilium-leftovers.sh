# shellcheck shell=bash
# shellcheck disable=SC2034 # scripts that come after this read these variables

network_data=(/var/run/cilium /sys/fs/bpf/cilium)
network_links=('cilium*' lxc_health)
network_rules='CILIUM_|cilium'
