# shellcheck shell=bash # values: FIREWALL
# shellcheck disable=SC2154 # firewall.sh sets the lower-case variables

# what holds now, and what holds after a restart
allows() { firewall-cmd --quiet "$@" && firewall-cmd --permanent --quiet "$@"; }
if manager; then same "$managing" "$managed" || absent "NetworkManager would take the pod network's interfaces"; fi
! systemctl is-enabled --quiet "$cloud" 2>/dev/null || absent "$cloud starts at the next boot"
if [[ $FIREWALL == off ]]; then
  ! filtering || absent "firewalld runs"
  ! at_boot || absent "firewalld starts at the next boot"
elif filtering; then
  for port in "${ports[@]}"; do allows --query-port="$port" || absent "firewalld lets nothing through to $port"; done
  for source in "${sources[@]}"; do allows --zone=trusted --query-source="$source" || absent "firewalld does not trust $source"; done
  allows --query-masquerade || absent "firewalld does not masquerade"
fi
