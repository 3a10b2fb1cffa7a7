# shellcheck shell=bash # values: NAME

# a volume on a node's own disk names that node
volumes=$(kubectl get persistentvolumes --request-timeout=10s -o 'jsonpath={range .items[*]}{.spec.nodeAffinity.required.nodeSelectorTerms[*].matchExpressions[*].values[*]}|{.spec.claimRef.namespace}/{.spec.claimRef.name}{"\n"}{end}')
awk -F'|' -v node="$NAME" '$1 == node {print "what the claim " $2 " keeps is on its disk, and goes with it"}' <<<"$volumes"
