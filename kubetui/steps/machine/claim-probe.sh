# shellcheck shell=bash # values: CLUSTER_ID
# shellcheck disable=SC2154 # footprint.sh sets place

[[ -s $place/cluster ]] || absent "it belongs to no cluster yet"
[[ $(<"$place/cluster") == "$CLUSTER_ID "* ]] || foreign "it belongs to the cluster $(cut -d ' ' -f 2 "$place/cluster") of another kubetui"
