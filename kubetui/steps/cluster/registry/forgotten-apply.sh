# shellcheck shell=bash # values: PLACE
# shellcheck disable=SC2154 # known.sh sets file

run rm -f "$file" "$file.kubetui"
# the folder, where it is this registry's alone, and the one that it is in if nothing else is there
if [[ $file == */"$PLACE"/* && -d ${file%/*} ]]; then run rmdir --parents --ignore-fail-on-non-empty "${file%/*}"; fi
