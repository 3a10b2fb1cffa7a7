# shellcheck shell=bash # values: PLACE

# as large as etcd's own file, and as large again until it has moved
room /var/lib/etcd $(($(du --summarize --block-size=1M /var/lib/etcd/member/snap | cut -f1) * 2 + 50))
called "etcdctl snapshot save $PLACE"
# only etcd's folder is the same inside its container
etcdctl --endpoints=https://127.0.0.1:2379 snapshot save /var/lib/etcd/kubetui.db
mkdir -p "${PLACE%/*}"
chmod 600 /var/lib/etcd/kubetui.db
mv /var/lib/etcd/kubetui.db "$PLACE.new"
sync "$PLACE.new"
mv "$PLACE.new" "$PLACE"
say "etcd, as it was before: $PLACE"
