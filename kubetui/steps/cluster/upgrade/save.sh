# shellcheck shell=bash # values: KEPT
# shellcheck disable=SC2154 # etcd.sh sets place

mkdir -p "${KEPT%/*}"
chmod 600 "$place/etcd.db"
sync "$place/etcd.db"
mv "$place/etcd.db" "$KEPT"
rm -rf "$place"
say "etcd, as it was before: $KEPT"
