# shellcheck shell=bash
# shellcheck disable=SC2034 # scripts that come after this read these variables

network_data=(/var/lib/kube-router)
network_links=(kube-bridge kube-dummy-if 'tun-*')
network_rules='KUBE-ROUTER|KUBE-POD-FW|KUBE-NWPLCY|kube-bridge|kube-router'
forget_network() {
  local name
  # its overlay between nodes of different networks
  while ip rule delete table 77 2>/dev/null; do :; done
  command -v ipset >/dev/null || return 0
  ipset list -name | { grep -E '^(inet6:)?(kube-router-|KUBE-(SRC|DST)-)' || true; } | while read -r name; do ipset destroy "$name" || true; done
}
