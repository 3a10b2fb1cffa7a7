# shellcheck shell=bash
# shellcheck disable=SC1003,SC2016,SC2154 # sed has a dollar sign and a backslash; kubelet.sh sets config, line and due

[[ -e $config ]] || fail "$config is not there: the machine is not a node yet"
grep -qx "$line" "$config" || edit '/^serverTLSBootstrap:/d; $a\'"$line"
run systemctl restart kubelet
rm -f "$due"
