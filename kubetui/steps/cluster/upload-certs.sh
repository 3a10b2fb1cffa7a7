# shellcheck shell=bash # values: CERTIFICATE_KEY, CONFIG
# shellcheck disable=SC2153 # CONFIG is a value

config=/run/kubetui-certs.yaml
trap 'rm -f "$config"' EXIT
text=${CONFIG//@KUBERNETES_VERSION@/$(kubeadm version --output=short)}
written "$config" "$CONFIG" 600
(umask 077 && printf '%s\n' "${text//@CERTIFICATE_KEY@/$CERTIFICATE_KEY}" >"$config")
# it prints the key
said=$(run kubeadm init phase upload-certs --upload-certs --config="$config" 2>&1) || fail "${said//$CERTIFICATE_KEY/********}"
