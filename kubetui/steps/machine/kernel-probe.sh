# shellcheck shell=bash
# shellcheck disable=SC2154 # kernel.sh sets modules and settings

same /etc/modules-load.d/kubetui.conf "$modules" || absent "modules are not loaded at boot"
same /etc/sysctl.d/90-kubetui.conf "$settings" || absent "settings are not made at boot"
for setting in net.bridge.bridge-nf-call-iptables net.bridge.bridge-nf-call-ip6tables net.ipv4.ip_forward; do
  [[ $(sysctl -n "$setting" 2>/dev/null) == 1 ]] || absent "$setting is not 1"
done
