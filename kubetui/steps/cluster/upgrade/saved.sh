# shellcheck shell=bash # values: PLACE

[[ -s $PLACE ]] || absent "etcd is not saved yet"
