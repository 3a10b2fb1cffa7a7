# shellcheck shell=bash
# shellcheck disable=SC2034 # scripts that come after this read these variables

network_data=(/var/lib/calico /var/log/calico /var/run/calico /var/run/nodeagent)
network_links=('cali*' vxlan.calico)
network_rules='cali-|cali:'
forget_network() {
  local name
  command -v ipset >/dev/null || return 0
  ipset list -name | { grep -E '^cali[0-9]' || true; } | while read -r name; do ipset destroy "$name" || true; done
}
