# shellcheck shell=bash

size=$1
script=$(cat; printf x)
script=${script%x}
# half a script, as a connection that breaks leaves it, is never run
[ "$(printf %s "$script" | wc -c)" = "$size" ] || exit 254
eval "$script" </dev/null
