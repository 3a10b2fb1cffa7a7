# shellcheck shell=bash # values: NAME

node=$(kubectl get node "$NAME" --ignore-not-found --output=name --request-timeout=10s)
[[ -n $node ]] || exit 0
pods=$(kubectl get pods --all-namespaces --field-selector="spec.nodeName=$NAME" --request-timeout=10s -o 'jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name}|{.metadata.ownerReferences[0].kind}|{.spec.volumes[*].emptyDir}{"\n"}{end}')
awk -F'|' '
  $1 == "" || $2 == "DaemonSet" || $2 == "Node" {next}
  $2 == "" {print "the pod " $1 " has no controller, so nobody makes it anew"; next}
  $3 != "" {print "the pod " $1 " loses what it keeps in an emptyDir"}' <<<"$pods"
# the API server itself says which pods it would not let go now
said=$(kubectl drain "$NAME" --dry-run=server --ignore-daemonsets --delete-emptydir-data --force --timeout=3s 2>&1) || true
sed -n -E 's,.*evicting pods/"([^"]+)" -n "([^"]+)".*disruption budget.*,a PodDisruptionBudget does not let the pod \2/\1 go for now,p' <<<"$said" | sort -u
