# shellcheck shell=bash # values: CRICTL, REGISTRIES, SERVICE
# shellcheck disable=SC2154 # the container runtime sets config_file

{ command -v kubeadm >/dev/null && runtime_there; } || absent "packages are missing"
text=$(wanted)
same "$config_file" "$text" || absent "${config_file##*/} is not kubetui's"
same /etc/crictl.yaml "$CRICTL" || absent "crictl does not know $SERVICE"
proxied || absent "$SERVICE does not know the proxy"
while read -r registry url login; do
  [[ -z $registry ]] || same "$(mirror_file "$registry")" "$(mirror "$registry" "$url" "$login")" || absent "$registry has no mirror"
done <<<"$REGISTRIES"
systemctl is-active --quiet "$SERVICE" || partial "$SERVICE does not run"
systemctl is-enabled --quiet "$SERVICE" || partial "$SERVICE is not started at boot"
started=$(date --date="$(systemctl show --property=ActiveEnterTimestamp --value "$SERVICE")" +%s)
(($(stat --format=%Y "$config_file") <= started)) || partial "$SERVICE has not read its configuration"
