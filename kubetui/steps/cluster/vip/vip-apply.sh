# shellcheck shell=bash # values: ADDRESS, BALANCER, CHECK, NAMES
# shellcheck disable=SC2154 # vip.sh sets link and failover
# shellcheck disable=SC2153 # NAMES is a value

[[ -n $link ]] || fail "no interface of this machine has the address $ADDRESS"
read -ra names <<<"$NAMES"
room /usr 100
install "${names[@]}"
put /etc/haproxy/haproxy.cfg "$BALANCER"
put /etc/keepalived/check_apiserver.sh "$CHECK" 755
put /etc/keepalived/keepalived.conf "$failover"
said=$(haproxy -c -q -f /etc/haproxy/haproxy.cfg 2>&1) || fail "haproxy does not take its configuration: $said"
run systemctl enable haproxy keepalived
run systemctl reload-or-restart haproxy keepalived
