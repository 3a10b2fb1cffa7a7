# shellcheck shell=bash # values: CRICTL, REGISTRIES, SERVICE
# shellcheck disable=SC2154 # the container runtime sets config_file

text=$(wanted)
put "$config_file" "$text"
reason=$(overruled)
[[ -z $reason ]] || fail "$reason"
put /etc/crictl.yaml "$CRICTL"
proxy
while read -r registry url login; do
  # a file with a password in it is for root only
  [[ -z $registry ]] || put "$(mirror_file "$registry")" "$(mirror "$registry" "$url" "$login")" "$([[ -n $login ]] && echo 600 || echo 644)"
done <<<"$REGISTRIES"
run systemctl enable "$SERVICE"
run systemctl restart "$SERVICE" || {
  journalctl --unit="$SERVICE" --lines=10 --output=cat
  fail "$SERVICE does not start with ${config_file%/*}: its last lines are above"
}
