# shellcheck shell=bash
# shellcheck disable=SC2034 # prelude.sh reads kubetui_calls, kubetui_broke and told

size=$1
# what comes after the script is for the script to read
script=$(head --bytes="$size"; printf x)
script=${script%x}
[ "$(printf %s "$script" | wc -c)" = "$size" ] || exit 254
exec 2>&1 {told}>&1
kubetui_calls=$'\x1ekubetui-calls ' kubetui_broke=$'\x1ekubetui-broke '
eval "$script"
