# shellcheck shell=bash # values: FIREWALL
# shellcheck disable=SC2154 # firewall.sh sets the lower-case variables

if manager; then
  put "$managing" "$managed"
  run systemctl reload NetworkManager
fi
if systemctl is-enabled --quiet "$cloud" 2>/dev/null; then run systemctl disable --now "$cloud"; fi
if [[ $FIREWALL == off ]]; then
  if filtering || at_boot; then run systemctl disable --now firewalld; fi
elif filtering; then
  run firewall-cmd --permanent "${ports[@]/#/--add-port=}"
  # pods' packets go from interface to interface, which no open port allows
  run firewall-cmd --permanent --zone=trusted "${sources[@]/#/--add-source=}"
  run firewall-cmd --permanent --add-masquerade
  run firewall-cmd --reload
fi
