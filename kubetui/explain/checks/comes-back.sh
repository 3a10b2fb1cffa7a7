# shellcheck shell=bash
gone=$(kubectl get events --field-selector=reason=Killing -o jsonpath='{.items[*].involvedObject.name}')
[[ " $gone" == *' web-'* ]] || fail 'no pod of web was deleted in the last hour'
ready=$(kubectl get deployment web --ignore-not-found -o jsonpath='{.status.readyReplicas}')
say "a pod was deleted, and ${ready:-0} pods of web are ready"
((${ready:-0} > 0))
