# shellcheck shell=bash # values: CONFIG
# shellcheck disable=SC2153,SC2154 # CONFIG is a value; init.sh sets mark
config=/run/kubetui-init.yaml
trap 'rm -f "$config"' EXIT
configured() {
  written "$config" "$CONFIG" 600
  (umask 077 && printf '%s\n' "${CONFIG//@KUBERNETES_VERSION@/$(kubeadm version --output=short)}" >"$config")
}
if [[ -e $mark.done ]]; then
  mapfile -t files < <(lost; changed)
  if ((${#files[@]})); then
    configured
    set_aside "${files[@]}"
    again "${files[@]}"
    vouch
  fi
  say "the control plane is there; waiting for its API server"
  run systemctl start kubelet
  wait_healthy 240 || fail "the API server does not answer: $(journalctl --unit=kubelet --lines=5 --output=cat)"
  exit 0
fi
