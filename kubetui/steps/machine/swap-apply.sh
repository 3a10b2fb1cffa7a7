# shellcheck shell=bash

run swapoff -a
run sed -i -E '/^[^#]+[[:space:]]swap[[:space:]]/s/^/# kubetui: /' /etc/fstab
run systemctl daemon-reload
for unit in $(systemctl list-unit-files --type=swap --plain --no-legend | awk '{print $1}'); do
  run systemctl mask --now "$unit"
done
