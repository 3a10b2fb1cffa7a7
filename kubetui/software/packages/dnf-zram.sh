# shellcheck shell=bash

# Fedora's swap in compressed memory: a generator makes it anew at each boot, and a file in /etc stands before its own
zram=/etc/systemd/zram-generator.conf
makes_zram() {
  local file
  for file in "$zram" /usr/lib/systemd/zram-generator.conf; do
    [[ -e $file ]] || continue
    grep -q '^[[:space:]]*\[zram' "$file"
    return
  done
  return 1
}
