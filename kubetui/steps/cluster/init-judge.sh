# shellcheck shell=bash # values: ADDRESS, ENDPOINT, GIVEN, IMAGE_REPOSITORY, KUBELET, NAME, POD_CIDR, SERVICE_CIDR, WORKERS

[[ -e /etc/kubernetes/admin.conf ]] || absent "there is no control plane yet: kubeadm init makes /etc/kubernetes/admin.conf"
healthy || partial "the API server does not answer: kubectl --kubeconfig=/etc/kubernetes/admin.conf get --raw /readyz"
text=$(stored) || partial "the ConfigMap kubeadm-config is not there: kubeadm init did not come to its end"
# set FIELD WANTED OPTION: what kubeadm was told
set_to() {
  local have
  have=$(sed -n -E "s/^ *$1: *//p" <<<"$text" | head -n 1)
  [[ $have == "$2" ]] || partial "$1 is ${have:-not set}, and $2 was planned: kubeadm init $3=$2"
}
set_to podSubnet "$POD_CIDR" --pod-network-cidr
set_to serviceSubnet "$SERVICE_CIDR" --service-cidr
[[ -z $ENDPOINT ]] || set_to controlPlaneEndpoint "$ENDPOINT" --control-plane-endpoint
[[ -z $IMAGE_REPOSITORY ]] || set_to imageRepository "$IMAGE_REPOSITORY" --image-repository
grep -qF -e "--advertise-address=$ADDRESS" /etc/kubernetes/manifests/kube-apiserver.yaml ||
  partial "the API server is not told to other machines as $ADDRESS: kubeadm init --apiserver-advertise-address=$ADDRESS"
registered
taints=$(kubectl get node "$NAME" --request-timeout=10s -o 'jsonpath={.spec.taints[*].key}')
[[ -n $WORKERS || " $taints " != *" node-role.kubernetes.io/control-plane "* ]] ||
  partial "there is no worker, and $NAME takes no pods: kubectl taint node $NAME node-role.kubernetes.io/control-plane-"
# every node that joins takes its kubelet's configuration from the cluster
text=$(kubectl -n kube-system get configmap kubelet-config --request-timeout=10s -o 'jsonpath={.data.kubelet}') || partial "the ConfigMap kubelet-config is not there"
while read -r line; do
  [[ -z $line ]] || grep -qxF "$line" <<<"$text" || partial "the ConfigMap kubelet-config lacks \"$line\" of the profile's patches: kubeadm init --config=$GIVEN"
done <<<"$KUBELET"
