# shellcheck shell=bash

size=$1
script=$(cat; printf x)
script=${script%x}
# a broken connection may deliver half a script: never run that
[ "$(printf %s "$script" | wc -c)" = "$size" ] || exit 254
eval "$script" </dev/null
