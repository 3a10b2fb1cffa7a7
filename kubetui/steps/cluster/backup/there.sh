# shellcheck shell=bash # values: CLUSTER_ID, DIGEST, FILE

# the control plane is made already, or the backup is on this machine and whole
init=/var/lib/kubetui/init
[[ -e $init.done && $(cat "$init.begun") == "$CLUSTER_ID" ]] || sha256sum --check --quiet --status <<<"$DIGEST  $FILE"
