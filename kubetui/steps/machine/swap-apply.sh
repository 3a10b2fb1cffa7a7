# shellcheck shell=bash

swapoff -a
sed -i -E '/^[^#]+[[:space:]]swap[[:space:]]/s/^/# kubetui: /' /etc/fstab
systemctl daemon-reload
for unit in $(systemctl list-unit-files --type=swap --plain --no-legend | awk '{print $1}'); do
  systemctl mask --now "$unit"
done
