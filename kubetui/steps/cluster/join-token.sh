# shellcheck shell=bash # values: SIGNED

# a kubelet that asks before the controllers run is refused, and waits longer each time before it asks again
controllers() { kubectl --namespace=default get serviceaccount default >/dev/null 2>&1; }
until controllers || ((SECONDS > 60)); do sleep 0.5; done
retry 3 run kubeadm token create --ttl=30m --description='kubetui join' --print-join-command
say "$SIGNED"
kubectl --namespace=kube-public get configmap cluster-info --output='jsonpath={.data.kubeconfig}'
