# shellcheck shell=bash
# shellcheck disable=SC2034 # the scripts of steps/machine that come after this read these variables

runtime_files=(/etc/containerd /etc/systemd/system/containerd.service.d)
runtime_data=(/opt/containerd /run/containerd /var/lib/containerd)
runtime_state=/run/containerd
runtime_units=(containerd)
runtime_rules=
runtime_links=()
forget_cluster() {
  local kind name
  for kind in tasks containers; do
    for name in $(ctr --namespace k8s.io "$kind" list --quiet 2>/dev/null); do
      if [[ $kind == tasks ]]; then ctr --namespace k8s.io tasks delete --force "$name"; else ctr --namespace k8s.io containers delete "$name"; fi || true
    done
  done
}
forget_runtime() { :; }
