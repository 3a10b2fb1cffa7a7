# shellcheck shell=bash # values: NAME
# shellcheck disable=SC2154 # addons.sh sets folder

[[ ! -e $folder/$NAME.yaml && ! -e $folder/$NAME.yaml.new ]] || absent "$NAME is still there"
