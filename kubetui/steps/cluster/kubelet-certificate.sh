# shellcheck shell=bash # values: IDENTITY, SERVING

if [[ -n $SERVING ]]; then run rm -f /var/lib/kubelet/pki/kubelet.crt /var/lib/kubelet/pki/kubelet.key; fi
if [[ -n $IDENTITY ]]; then ask_anew; fi
make_known
