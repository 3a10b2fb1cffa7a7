# shellcheck shell=bash
# shellcheck disable=SC2034 # the scripts of steps/machine that come after this read these variables

runtime_files=(/etc/containers /etc/crio /etc/default/crio /etc/systemd/system/crio.service.d)
runtime_data=(/run/containers /run/crio /var/lib/containers /var/lib/crio)
runtime_state=/run/crio
runtime_units=(crio)
runtime_rules=
runtime_links=()
# kubeadm reset has ended its containers, and CRI-O runs no others
forget_cluster() { :; }
forget_runtime() { :; }
