# shellcheck shell=bash
# shellcheck disable=SC2154 # init.sh and join.sh set mark and kept

# the checksums of what kubeadm wrote; they are in the mark that vouches for it
sums() { { find "${kept[@]}" -type f -name '*.yaml' -exec sha256sum {} + 2>/dev/null || true; } | sort --key=2; }
# changed: the files that are not as kubeadm left them, one a line; a mark of an older kubetui vouches for none
changed() { [[ ! -s $mark.done ]] || { sha256sum --check --quiet "$mark.done" 2>/dev/null || true; } | sed 's/: FAILED.*//'; }
# altered FILES: what is the matter with the first of them
altered() {
  local file=${1%%$'\n'*}
  if [[ -e $file ]]; then say "$file is not as kubeadm wrote it"; else say "$file is gone"; fi
}
# set_aside FILE...: keep what somebody made of these files, which are about to be written anew
set_aside() {
  local file place=/var/lib/kubetui/set-aside kept
  for file; do
    [[ -e $file ]] || continue
    kept=$place/${file##*/}.$(date +%Y-%m-%d-%H%M%S)
    mkdir -p "$place"
    cp --preserve "$file" "$kept"
    say "$file was changed by somebody else than kubeadm; as it was, it is kept as $kept"
  done
}
