# shellcheck shell=bash
# shellcheck disable=SC2154 # known.sh sets file and settings

put "$file" "$settings"
