# shellcheck shell=bash # values: ADDRESS, ENDPOINT
# shellcheck disable=SC2154 # join.sh sets mark and conf

[[ -e $conf || -e $mark.begun ]] || absent "it has not joined yet"
[[ -e $mark.begun ]] || foreign "it has joined a cluster that kubetui did not make"
claimed || foreign "it has joined another cluster that kubetui made"
# from 1.33 on, the kubelet of a control plane asks the API server beside it
grep -qF -e "server: https://$ENDPOINT" -e "server: https://$ADDRESS:6443" "$conf" 2>/dev/null || partial "kubeadm join did not come to its end"
[[ -e $mark.done ]] || partial "kubeadm join did not come to its end"
systemctl is-active --quiet kubelet || partial "the kubelet does not run"
