# shellcheck shell=bash # values: NAME

run kubectl delete node "$NAME" --ignore-not-found --timeout=60s
# no kubelet is left that could tell that they have ended
pods=$(kubectl get pods --all-namespaces --field-selector="spec.nodeName=$NAME" --output=name)
[[ -z $pods ]] || run kubectl delete pods --all-namespaces --field-selector="spec.nodeName=$NAME" --force --grace-period=0
