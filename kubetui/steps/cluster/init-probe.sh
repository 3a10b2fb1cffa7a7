# shellcheck shell=bash
# shellcheck disable=SC2154 # init.sh sets mark

[[ -e /etc/kubernetes/admin.conf || -e $mark.begun ]] || absent "there is no control plane yet"
[[ -e $mark.begun ]] || foreign "there is a control plane that kubetui did not make"
claimed || foreign "there is the control plane of another cluster that kubetui made"
[[ -e $mark.done ]] || partial "kubeadm init did not come to its end"
systemctl is-active --quiet kubelet || partial "the kubelet does not run"
text=
if healthy; then
  text=$(stored) || partial "the API server does not answer"
  ours "$text" || foreign "the control plane was made for another cluster or pod CIDR"
fi
file=$(lost; changed)
[[ -z $file ]] || partial "$(altered "$file")"
[[ -n $text ]] || partial "the API server does not answer"
