# shellcheck shell=bash # values: LINKS, PORTS, SOURCES
# shellcheck disable=SC2034 # firewall-probe.sh and firewall-apply.sh read these variables
# shellcheck disable=SC2153 # PORTS and SOURCES are values

read -ra ports <<<"$PORTS"
read -ra sources <<<"$SOURCES"
# flannel and its like make interfaces of their own, which NetworkManager would otherwise configure
managing=/etc/NetworkManager/conf.d/90-kubetui.conf
managed="[keyfile]
unmanaged-devices=$LINKS"
filtering() { systemctl is-active --quiet firewalld; }
at_boot() { systemctl is-enabled --quiet firewalld 2>/dev/null; }
manager() { systemctl is-active --quiet NetworkManager; }
# on clouds, it adds routes that lead pods' answers astray
cloud=nm-cloud-setup.timer
