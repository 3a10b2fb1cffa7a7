# shellcheck shell=bash

on=$(swapon --show=NAME --noheadings | xargs)
[[ -z $on ]] || absent "swap is on: $on"
line=$(awk '$1 !~ /^#/ && $3 == "swap" {print $1; exit}' /etc/fstab)
[[ -z $line ]] || absent "/etc/fstab turns swap on at the next boot: $line"
units=$(systemctl list-units --type=swap --state=active --plain --no-legend | awk '{print $1}' | xargs)
[[ -z $units ]] || absent "swap units are active: $units"
# what a generator makes goes by /etc/fstab
units=$({ systemctl list-unit-files --type=swap --state=enabled --plain --no-legend || true; } | awk '{print $1}' | xargs)
[[ -z $units ]] || absent "swap units start at the next boot: $units"
