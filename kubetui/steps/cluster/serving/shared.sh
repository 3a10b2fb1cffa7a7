# shellcheck shell=bash

# what every kubelet gets that joins later, or that is upgraded
line='serverTLSBootstrap: true'
stored() { kubectl --namespace=kube-system get configmap kubelet-config --request-timeout=10s -o 'jsonpath={.data.kubelet}'; }
# has LINES: whether they have the line
has() { grep -qx "$line" <<<"$1"; }
# store LINES: have them stand there in place of the old ones, and nothing else of the object change
store() {
  local file=/run/kubetui-kubelet-config patch=/run/kubetui-kubelet-config.yaml
  printf '%s\n' "$1" >"$file"
  kubectl create configmap kubelet-config --from-file=kubelet="$file" --dry-run=client --output=yaml >"$patch"
  run kubectl --namespace=kube-system patch configmap kubelet-config --type=merge --patch-file="$patch"
  rm -f "$file" "$patch"
}
