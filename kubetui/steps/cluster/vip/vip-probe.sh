# shellcheck shell=bash # values: BALANCER, CHECK, NAMES
# shellcheck disable=SC2154 # vip.sh sets failover
# shellcheck disable=SC2153 # NAMES is a value

read -ra names <<<"$NAMES"
for name in "${names[@]}"; do installed "$name" || absent "$name is not installed"; done
same /etc/haproxy/haproxy.cfg "$BALANCER" || absent "haproxy does not know these control planes"
same /etc/keepalived/keepalived.conf "$failover" || absent "keepalived does not know this address"
same /etc/keepalived/check_apiserver.sh "$CHECK" || absent "keepalived does not ask for the API server"
for name in haproxy keepalived; do
  systemctl is-enabled --quiet "$name" || partial "$name does not start with the machine"
  systemctl is-active --quiet "$name" || partial "$name does not run"
done
