# shellcheck shell=bash
nodes=$(kubectl get nodes --no-headers)
ready=$(grep -c ' Ready' <<<"$nodes") || fail 'no node is Ready'
say "Ready: $ready of $(wc -l <<<"$nodes") nodes"
