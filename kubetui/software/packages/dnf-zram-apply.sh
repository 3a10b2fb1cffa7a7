# shellcheck shell=bash
# shellcheck disable=SC2154 # dnf-zram.sh sets zram

if makes_zram; then put "$zram" "# kubetui: no swap, because the kubelet does not start with it"; fi
