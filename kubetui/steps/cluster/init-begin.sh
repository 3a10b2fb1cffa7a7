# shellcheck shell=bash # values: CLUSTER_ID
# shellcheck disable=SC2154 # init.sh sets mark, init-apply.sh config, kubeadm.sh skipped
room /var/lib/etcd 200
mkdir -p /var/lib/kubetui
printf %s "$CLUSTER_ID" >"$mark.begun"
configured
if ! run kubeadm init --config="$config" --skip-token-print "${skipped[@]}"; then
  say "the kubelet's last lines:"
  journalctl --unit=kubelet --lines=10 --output=cat
  exit 1
fi
vouch
