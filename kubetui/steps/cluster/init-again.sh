# shellcheck shell=bash # values: CRI_SOCKET
# shellcheck disable=SC2154 # init-apply.sh sets config

# again FILE...: have kubeadm make these files again, each with its phase of kubeadm init, and nothing else
again() {
  local file phase phases=() words pods pod
  for file; do
    case $file in
      # kubeadm takes a half that is left for one that it cannot read
      */pki/*) run rm -f "${file%.*}.crt" "${file%.*}.key"; phase="certs all" ;;
      *.conf) file=${file##*/}; phase="kubeconfig ${file%.conf}" ;;
      */manifests/etcd.yaml) phase="etcd local" ;;
      */manifests/*) phase="control-plane all" ;;
      *) phase=kubelet-start ;;
    esac
    [[ " ${phases[*]-} " == *" $phase "* ]] || phases+=("$phase")
  done
  for phase in "${phases[@]}"; do
    read -ra words <<<"$phase"
    run kubeadm init phase "${words[@]}" --config="$config"
  done
  run systemctl restart kubelet
  # what still runs was started with the old files
  pods=$(crictl --runtime-endpoint="$CRI_SOCKET" pods --namespace=kube-system --label=tier=control-plane --quiet)
  for pod in $pods; do run crictl --runtime-endpoint="$CRI_SOCKET" stopp "$pod"; done
}
