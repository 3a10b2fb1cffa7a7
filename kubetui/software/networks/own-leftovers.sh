# shellcheck shell=bash
# shellcheck disable=SC2034 # scripts that come after this read these variables

# the manifest may be of any of these networks
network_data=(/run/flannel /var/lib/kube-router /var/lib/calico /var/log/calico /var/run/calico /var/run/nodeagent /var/run/cilium)
network_links=(cni0 'flannel*' kube-bridge kube-dummy-if 'tun-*' 'cali*' vxlan.calico 'cilium*' lxc_health)
network_rules='FLANNEL-|flanneld|KUBE-ROUTER|KUBE-POD-FW|KUBE-NWPLCY|kube-bridge|cali-|cali:|CILIUM_|cilium'
