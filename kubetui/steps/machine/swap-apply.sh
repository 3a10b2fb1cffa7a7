# shellcheck shell=bash

run swapoff -a
run sed -i -E '/^[^#]+[[:space:]]swap[[:space:]]/s/^/# kubetui: /' /etc/fstab
run systemctl daemon-reload
for unit in $(systemctl list-unit-files --type=swap --plain --no-legend | awk '{print $1}'); do
  # a unit file in /etc leaves no place for the link that masks it
  if [[ -f /etc/systemd/system/$unit ]]; then run systemctl disable --now "$unit"; else run systemctl mask --now "$unit"; fi
done
