# shellcheck shell=bash # values: PATTERN

room /usr 100
install_pinned "kubeadm=$PATTERN"
hold kubeadm
