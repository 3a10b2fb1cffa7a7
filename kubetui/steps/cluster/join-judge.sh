# shellcheck shell=bash # values: ADDRESS, AUTHORITY, ENDPOINT
# shellcheck disable=SC2154 # join.sh sets conf

[[ -e $conf ]] || absent "it has not joined yet: kubeadm join makes $conf"
[[ $(ca) == "$AUTHORITY" ]] || partial "it has joined another cluster: its CA is not this cluster's. kubeadm reset, then join again"
grep -qF -e "server: https://$ENDPOINT" -e "server: https://$ADDRESS:6443" "$conf" ||
  partial "its kubelet asks $(sed -n 's/^ *server: *//p' "$conf"), and https://$ENDPOINT was planned"
systemctl is-active --quiet kubelet || partial "the kubelet does not run: systemctl start kubelet"
