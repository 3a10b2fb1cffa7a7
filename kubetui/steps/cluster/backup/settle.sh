# shellcheck shell=bash # values: BACKUP, NAME, NAMES

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
rm -f "$BACKUP"
