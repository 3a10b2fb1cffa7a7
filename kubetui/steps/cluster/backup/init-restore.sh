# shellcheck shell=bash # values: ADDRESS, BACKUP, CLUSTER_ID, CRI_SOCKET, NAME, PRESENT
# shellcheck disable=SC2154 # init.sh sets mark, kubeadm.sh skipped, images.sh images
[[ -e $BACKUP ]] || fail "the backup that is being restored is not on this machine any more: kubetui up brings it again"
place=/var/lib/kubetui/restore
cri=(crictl --runtime-endpoint="$CRI_SOCKET")
room /var/lib/etcd $((3 * $(du --block-size=1M "$BACKUP" | cut -f 1) + 200))
rm -rf "$place"
mkdir -p "$place" /etc/kubernetes/pki/etcd /var/lib/etcd
chmod 700 "$place" /var/lib/etcd
# from here on, another try begins with a reset
printf %s "$CLUSTER_ID" >"$mark.begun"
run tar --extract --file="$BACKUP" --directory="$place" --no-same-owner
run cp --recursive "$place/pki" /etc/kubernetes
chmod 644 /etc/kubernetes/pki/{,etcd/,front-proxy-}ca.crt /etc/kubernetes/pki/sa.pub
image=$(images | grep -m 1 '/etcd:')
ended() {
  local pod
  for pod in $("${cri[@]}" pods --name=kubetui-restore --quiet); do "${cri[@]}" rmp --force "$pod" >/dev/null; done
}
# etcd_tool PROGRAM ARGUMENT...: run a program of etcd's image, as the kubelet would, with this folder in it as /restore;
# return 127 where the image has no such program
etcd_tool() {
  local id state end=$((SECONDS + 900)) words label='"selinux_options": {"type": "spc_t"}'
  words=$(printf ', "%s"' "$@")
  printf '%s\n' '{"metadata": {"name": "kubetui-restore", "namespace": "kube-system", "uid": "kubetui-restore"},
    "log_directory": "'"$place"'", "linux": {"cgroup_parent": "system.slice", "security_context": {"namespace_options": {"network": 2}, '"$label"'}}}' >"$place/pod.json"
  printf '%s\n' '{"metadata": {"name": "etcd"}, "image": {"image": "'"$image"'"}, "command": ['"${words:2}"'],
    "mounts": [{"host_path": "'"$place"'", "container_path": "/restore"}], "log_path": "log", "linux": {"security_context": {'"$label"'}}}' >"$place/container.json"
  ended
  rm -rf "$place/etcd"
  called "crictl run $place/container.json $place/pod.json # $(quoted "$@")"
  id=$("${cri[@]}" run --no-pull "$place/container.json" "$place/pod.json") || return 127
  until state=$("${cri[@]}" inspect --output=go-template --template='{{.status.state}} {{.status.exitCode}}' "$id") && [[ $state == CONTAINER_EXITED* ]]; do
    ((SECONDS < end)) || fail "restoring etcd's snapshot did not end within 15 minutes"
    sleep 0.5
  done
  # the runtime puts the time, the stream and a mark before each line
  sed -E 's/^[^ ]+ (stdout|stderr) [FP] //' "$place/log"
  rm -f "$place/log"
  [[ $state == "CONTAINER_EXITED 0" ]]
}
peer=https://$ADDRESS:2380
# 3.5 may have it in etcdctl alone
for tool in etcdutl etcdctl; do
  # watchers see that what they know is old: revisions go on far above all that the lost cluster can have had
  code=0
  etcd_tool "$tool" snapshot restore /restore/etcd.db --data-dir=/restore/etcd --name="$NAME" --initial-cluster="${NAME}=$peer" \
    --initial-advertise-peer-urls="$peer" --bump-revision=1000000000 --mark-compacted || code=$?
  [[ $code == 127 ]] || break
done
ended
[[ $code == 0 ]] || fail "etcd's snapshot could not be restored with $image"
run mv "$place/etcd/member" /var/lib/etcd/member
rm -rf "$place"
[[ -z $PRESENT ]] || skipped+=("--ignore-preflight-errors=$PRESENT")
