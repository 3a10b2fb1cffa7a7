# shellcheck shell=bash
events='{range .items[*]}{.message}{"\n"}{end}'
said=$(kubectl --namespace=kube-system get events --field-selector=reason=ScalingReplicaSet -o jsonpath="$events")
grep -q 'coredns.* to 0' <<<"$said" || fail 'CoreDNS was not scaled to 0 in the last hour'
ready=$(kubectl --namespace=kube-system get deployment coredns -o jsonpath='{.status.readyReplicas}')
say "DNS was broken, and ${ready:-0} pods of CoreDNS are ready again"
((${ready:-0} > 0))
