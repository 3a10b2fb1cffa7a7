# shellcheck shell=bash # values: VERSION
# shellcheck disable=SC2153 # VERSION is a value

for name in kubelet kubeadm kubectl kubernetes-cni; do
  version=$(version_of "$name") || absent "$name is not installed"
  [[ $name == kubernetes-cni || $version == "$VERSION"[.-]* ]] || partial "$name is $version, and the profile wants $VERSION"
  # the documentation holds the three; kubernetes-cni changes only with the kubelet
  [[ $name == kubernetes-cni ]] || held "$name" || partial "$name is not held"
done
lost=$(gone kubelet kubeadm kubectl kubernetes-cni)
[[ -z $lost ]] || partial "${lost%%$'\n'*} is gone"
proxied || partial "the kubelet does not know the proxy"
systemctl is-enabled --quiet kubelet || partial "kubelet is not enabled"
