# shellcheck shell=bash # values: PATTERN

names=(kubelet kubeadm kubectl)
room /usr 300
changed=
proxied || { proxy; changed=yes; }
install_pinned "${names[@]/%/=$PATTERN}" kubernetes-cni
[[ -z $changed ]] || run systemctl try-restart kubelet
hold "${names[@]}" kubernetes-cni
run systemctl enable kubelet
