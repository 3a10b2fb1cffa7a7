# shellcheck shell=bash

[[ -z $(swapon --show --noheadings) ]] || absent "swap is on"
! grep -qE '^[^#]+[[:space:]]swap[[:space:]]' /etc/fstab || absent "/etc/fstab turns swap on at the next boot"
units=$(systemctl list-units --type=swap --state=active --plain --no-legend | awk '{print $1}')
[[ -z $units ]] || absent "swap units are active: $units"
