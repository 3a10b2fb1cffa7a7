# shellcheck shell=bash
# shellcheck disable=SC2034 # the scripts after this one read config, line, due and pki

config=/var/lib/kubelet/config.yaml
line='serverTLSBootstrap: true'
# there while the kubelet still runs with an older configuration; a reboot starts it anew
due=/run/kubetui-kubelet-restart
pki=/var/lib/kubelet/pki

# vouched: whether the kubelet's configuration is as it was left, so that the mark of init or join vouches for it
vouched() {
  local mark
  for mark in /var/lib/kubetui/{init,join}.done; do
    if [[ -s $mark ]] && ! grep -F "  $config" "$mark" | sha256sum --check --quiet >/dev/null 2>&1; then return 1; fi
  done
}
# vouch_again: have the mark vouch for the configuration as it is now
vouch_again() {
  local mark sum
  sum=$(sha256sum "$config")
  for mark in /var/lib/kubetui/{init,join}.done; do
    [[ ! -s $mark ]] || sed -i "s|^[0-9a-f]*  $config\$|$sum|" "$mark"
  done
}
# edit EXPRESSION: change the configuration with sed, and start the kubelet anew
edit() {
  local as_left=
  ! vouched || as_left=yes
  : >"$due"
  run sed -i "$1" "$config"
  [[ -z $as_left ]] || vouch_again
}
