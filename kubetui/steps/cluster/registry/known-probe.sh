# shellcheck shell=bash # values: PLACE
# shellcheck disable=SC2154 # known.sh sets file and settings

same "$file" "$settings" || absent "the runtime does not know the registry at $PLACE"
