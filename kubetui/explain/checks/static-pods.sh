# shellcheck shell=bash
say "/etc/kubernetes/manifests has $(cd /etc/kubernetes/manifests && echo *)"
said=$(kubectl --namespace=kube-system get pods --selector=tier=control-plane --no-headers)
grep -q Running <<<"$said"
