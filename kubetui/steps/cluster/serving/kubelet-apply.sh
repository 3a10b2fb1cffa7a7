# shellcheck shell=bash
# shellcheck disable=SC2154 # kubelet.sh sets config, line and due

[[ -e $config ]] || fail "$config is not there: the machine is not a node yet"
# shellcheck disable=SC2016 # sed's dollar sign: after the last line
grep -qx "$line" "$config" || edit '/^serverTLSBootstrap:/d; $a\'"$line"
run systemctl restart kubelet
rm -f "$due"
