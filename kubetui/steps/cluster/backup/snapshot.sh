# shellcheck shell=bash
# shellcheck disable=SC2154 # etcd.sh sets place, cri and etcd

manifests=/etc/kubernetes/manifests data=/var/lib/etcd
[[ -e $manifests/etcd.yaml ]] || fail "etcd is not a static pod of kubeadm's here: $manifests/etcd.yaml is not there"
where=$(argument "$manifests/etcd.yaml" data-dir)
[[ $where == "$data" ]] || fail "etcd keeps its data in ${where:-another place}, and kubetui restores it in $data alone"
find_etcd
# it asks the other members, too: what this one has is not older than what they agreed on
said=$(etcdctl endpoint health --command-timeout=10s 2>&1) || fail "etcd is not healthy: ${said##*$'\n'}"
used=$(du --summarize --block-size=1M "$data/member/snap/db" | cut -f 1)
room "$data" "$((2 * used + 100))"
rm -rf "$place" "$data"/kubetui-backup.db*
mkdir -p "$place"
chmod 700 "$place"
# its container sees this folder of the machine's
file=$data/kubetui-backup.db
called "crictl exec $etcd etcdctl snapshot save $file"
etcdctl snapshot save "$file"
facts=
# etcdctl has no such command any more from 3.6 on, and etcdutl is not in every image before
for tool in etcdutl etcdctl; do
  if facts=$(inside "$tool" snapshot status "$file" --write-out=json 2>/dev/null); then break; fi
done
[[ -n $facts ]] || fail "the snapshot cannot be read again: neither etcdutl nor etcdctl in etcd's image does that"
mv "$file" "$place/etcd.db"
image() { sed -n -E 's/^ *image: .*:v?([^:]+)$/\1/p' "$1" | head -n 1; }
version=$(inside etcd --version | sed -n 's/^etcd Version: //p')
put "$place/facts" "$(image "$manifests/kube-apiserver.yaml")
$version
$(stat --format=%s "$place/etcd.db")
$facts" 600 >/dev/null
