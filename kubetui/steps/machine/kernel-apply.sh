# shellcheck shell=bash
# shellcheck disable=SC2154 # kernel.sh sets modules and settings

put /etc/modules-load.d/kubetui.conf "$modules"
put /etc/sysctl.d/90-kubetui.conf "$settings"
for module in $modules; do run modprobe "$module"; done
run sysctl --load=/etc/sysctl.d/90-kubetui.conf
