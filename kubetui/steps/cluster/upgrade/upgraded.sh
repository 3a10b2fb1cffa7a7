# shellcheck shell=bash # values: ROLE, VERSION
# shellcheck disable=SC2154 # init.sh and join.sh set mark

# the mark has the version that kubeadm went to here, to its end
[[ -s $mark.upgraded && "$(<"$mark.upgraded")." == "v$VERSION".* ]] || partial "kubeadm upgrade did not come to its end"
[[ $ROLE == worker ]] || for name in kube-apiserver kube-controller-manager kube-scheduler; do
  grep -qE "image: .*/$name:v${VERSION//./\\.}(\.|$)" "/etc/kubernetes/manifests/$name.yaml" || partial "$name is not $VERSION"
done
