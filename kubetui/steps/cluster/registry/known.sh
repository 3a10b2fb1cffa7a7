# shellcheck shell=bash # values: PLACE
# shellcheck disable=SC2034 # the scripts after this one read file and settings

# what has the runtime ask the registry at PLACE without TLS
file=$(mirror_file "$PLACE")
settings=$(mirror "$PLACE" "http://$PLACE")
