# shellcheck shell=bash # values: CLUSTER_ID

# one that is killed leaves the address on the machine
if grep -qs "^$CLUSTER_ID " /var/lib/kubetui/cluster; then systemctl stop keepalived 2>/dev/null || true; fi
