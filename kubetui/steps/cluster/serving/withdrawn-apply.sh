# shellcheck shell=bash
# shellcheck disable=SC2154 # kubelet.sh sets config, line, due and pki

if grep -qsx "$line" "$config"; then edit "/^$line\$/d"; fi
run systemctl restart kubelet
rm -f "$due"
find "$pki" -maxdepth 1 -name 'kubelet-server-*.pem' -delete
