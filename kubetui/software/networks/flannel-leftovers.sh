# shellcheck shell=bash
# shellcheck disable=SC2034 # scripts that come after this read these variables

network_data=(/run/flannel)
network_links=(cni0 'flannel*')
network_rules='FLANNEL-|flanneld'
