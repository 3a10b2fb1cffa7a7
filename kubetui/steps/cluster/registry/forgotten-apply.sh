# shellcheck shell=bash # values: PLACE
# shellcheck disable=SC2154 # known.sh sets file

run rm -f "$file" "$file.kubetui"
# the folder, where it is this registry's alone
if [[ $file == */"$PLACE"/* && -d ${file%/*} ]]; then run rmdir --ignore-fail-on-non-empty "${file%/*}"; fi
