# shellcheck shell=bash
# shellcheck disable=SC2154 # pull.sh sets pulling

{ command -v kubeadm >/dev/null && command -v crictl >/dev/null; } || absent "packages are missing"
list=$(wanted)
[[ ! -e $pulling ]] || partial "the images were not pulled to their end"
for image in $list; do there "$image" || absent "$image is not there"; done
