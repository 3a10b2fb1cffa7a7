# shellcheck shell=bash # values: CLUSTER

# the images that this version of kubeadm names, from the profile's repository
images() {
  local file list
  file=$(mktemp)
  printf '%s\n' "${CLUSTER//@KUBERNETES_VERSION@/$(kubeadm version --output=short)}" >"$file"
  list=$(kubeadm config images list --config="$file" 2>/dev/null) || list=
  rm -f "$file"
  [[ -n $list ]] || fail "kubeadm does not list its images"
  printf '%s\n' "$list"
}
