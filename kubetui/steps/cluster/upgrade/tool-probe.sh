# shellcheck shell=bash # values: VERSION
# shellcheck disable=SC2153 # VERSION is a value

version=$(version_of kubeadm) || absent "kubeadm is not installed"
[[ $version == "$VERSION"[.-]* ]] || partial "kubeadm is $version, and $VERSION is wanted"
held kubeadm || partial "kubeadm is not held"
