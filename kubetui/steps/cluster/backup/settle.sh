# shellcheck shell=bash # values: ADDRESS, BACKUP, NAME, NAMES

# the nodes of the backup: the machines behind them are gone, so nobody has heard of them yet
lost='{"status": {"conditions": [{"type": "Ready", "status": "Unknown", "reason": "Restored", "message": "restored from a backup"}]}}'
nodes=$(retry 5 kubectl get nodes --output='jsonpath={.items[*].metadata.name}' --request-timeout=10s)
for node in $nodes; do
  if [[ " $NAMES " != *" $node "* ]]; then
    run kubectl delete node "$node" --ignore-not-found --timeout=60s
  elif [[ $node != "$NAME" ]]; then
    # kubeadm lets no machine join in the place of one that is Ready
    run kubectl patch node "$node" --subresource=status --type=strategic --patch="$lost"
  fi
done
# a control plane that joins asks these pods where etcd is: the backup's may name machines of a cluster that goes on
run kubectl delete pods --namespace=kube-system --selector=tier=control-plane --field-selector="spec.nodeName!=$NAME" --force --grace-period=0
said=$(kubectl get pod "etcd-$NAME" --namespace=kube-system --ignore-not-found -o 'jsonpath={.metadata.annotations.kubeadm\.kubernetes\.io/etcd\.advertise-client-urls}')
if [[ -n $said && $said != "https://$ADDRESS:2379" ]]; then
  # the kubelet makes it anew, from its manifest
  run kubectl delete pod "etcd-$NAME" --namespace=kube-system --ignore-not-found --force --grace-period=0
fi
# those that the kubelet started before kubeadm wrote their configuration anew ask an API server at the address of before
run kubectl delete pods --namespace=kube-system --selector=k8s-app=kube-proxy --force --grace-period=0
rm -f "$BACKUP"
