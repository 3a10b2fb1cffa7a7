# shellcheck shell=bash
# shellcheck disable=SC2154 # kernel.sh sets modules and settings

put /etc/modules-load.d/kubetui.conf "$modules"
put /etc/sysctl.d/90-kubetui.conf "$settings"
# a file that systemd reads later would undo it at the next boot
other='^[[:space:]]*-?net[./](bridge[./]bridge-nf-call-ip6?tables|ipv4[./]ip_forward)[[:space:]]*=[[:space:]]*0'
for path in /etc/sysctl.d/*.conf; do
  ! grep -qE "$other" "$path" 2>/dev/null || run sed -i --follow-symlinks -E "\\,$other,s/^/# kubetui: /" "$path"
done
for module in $modules; do run modprobe "$module"; done
run sysctl --load=/etc/sysctl.d/90-kubetui.conf
