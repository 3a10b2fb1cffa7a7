# shellcheck shell=bash # values: KEPT

[[ -s $KEPT ]] || absent "etcd is not saved yet"
