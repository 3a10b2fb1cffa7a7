# shellcheck shell=bash # values: PLACE
# shellcheck disable=SC2154 # known.sh sets file

[[ ! -e $file ]] || absent "the runtime still knows the registry at $PLACE"
