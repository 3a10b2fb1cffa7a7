# shellcheck shell=bash # values: CONFIG, GIVEN

put "$GIVEN" "${CONFIG//@KUBERNETES_VERSION@/$(kubeadm version --output=short)}" 600
