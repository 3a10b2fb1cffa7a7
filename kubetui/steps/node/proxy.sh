# shellcheck shell=bash # values: PROXY, SERVICE

# the variables are in a file for root only: everyone may ask systemd for a unit's own Environment=
unit=/etc/systemd/system/$SERVICE.service.d/20-kubetui-proxy
# the minus: a machine from a prepared box starts without the file
drop_in="[Service]
EnvironmentFile=-$unit.env"
proxied() { [[ -z $PROXY ]] || { same "$unit.env" "$PROXY" && same "$unit.conf" "$drop_in"; }; }
proxy() {
  proxied && return
  put "$unit.env" "$PROXY" 600
  put "$unit.conf" "$drop_in"
  run systemctl daemon-reload
}
